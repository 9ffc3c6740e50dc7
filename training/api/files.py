"""Files of other apps over HTTP."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dropset_files.reading import APPS, DIARIES
from lib.fields import known_time_zones
from lib.parsers import FileParser, check_announced, check_unpacked, parameters, too_large
from lib.ratelimits import check_limit
from training.services.files.importing import MAX_FILE_BYTES, HowToRead, HowToTake, as_asked
from training.services.files.reports import MAX_PROBLEMS
from training.services.files.taking import Sent, take_file

MAX_MATCHES = 2000


class AskedOf(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    dry_run: bool = False
    time_zone: str = ""
    weight_unit: Literal["", "kg", "lb"] = ""
    distance_unit: Literal["", "km", "mi"] = ""
    dates: Literal["", "dmy", "mdy"] = ""
    take_file: bool = False
    bring_back: bool = False
    moved: bool = False
    matches: str = "{}"


class SuggestionSerializer(serializers.Serializer[Any]):
    exercise_type = serializers.UUIDField()
    name = serializers.CharField(help_text="The name of the type by which it came up.")
    likeness = serializers.FloatField(help_text="How many words the two names share: 0 to 1.")


class MatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As the file writes it.")
    exercise_type = serializers.UUIDField(help_text="The type that it means, or that is made of it.")
    called = serializers.CharField(help_text="What that type is called.")
    sure = serializers.ChoiceField(
        choices=["corrected", "same", "spelled", "new"],
        help_text=(
            "`corrected`: the user said so, now or before. `same`: a name of the type, letter for letter. `spelled`: the same"
            " once word order, signs and spelling are out. `new`: nothing is known by this name; it becomes a private type."
        ),
    )
    exercises = serializers.IntegerField(help_text="How often it occurs in the file.")
    suggestions = SuggestionSerializer(
        many=True, help_text="Of what is new: types that may be meant, the likest first."
    )


class ProblemSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, from 1; of JSON, where its workout begins.")
    reason = serializers.CharField()


class AssumedSerializer(serializers.Serializer[Any]):
    time_zone = serializers.CharField()
    weight_unit = serializers.CharField(allow_null=True, help_text="null: the file names its units.")
    distance_unit = serializers.CharField(allow_null=True, help_text="null: the file names its units.")


def counts(help_text: str = "") -> serializers.DictField:
    """By what the file holds: workouts, exercises and sets; of a diary meals, foods, water and measurements."""
    return serializers.DictField(child=serializers.IntegerField(), help_text=help_text)


class ReportSerializer(serializers.Serializer[Any]):
    """What a file holds, and what became of it, or would."""

    dry_run = serializers.BooleanField()
    app = serializers.ChoiceField(choices=[*APPS, *DIARIES])
    dialect = serializers.CharField(help_text="What is special about this file, in words.")
    assumed = AssumedSerializer(help_text="What the file does not say of itself.")
    read = counts(
        "What the file holds: workouts, exercises, sets; or meals, foods, water, measurements, rows and days."
    )
    made = counts("The same, and exercise_types.")
    there = counts("What was there already.")
    deleted = counts("What the user deleted, and stays deleted.")
    changed = counts("Of what was there: what the file changed.")
    matches = MatchSerializer(many=True)
    told = serializers.ListField(
        child=serializers.CharField(), help_text="What is to be known of the import as a whole."
    )
    problems = ProblemSerializer(many=True, help_text=f"What was not imported, and why: the first {MAX_PROBLEMS}.")
    problems_total = serializers.IntegerField()


_FILE = {"type": "string", "format": "binary"}
_PARAMETERS = [
    OpenApiParameter("dry_run", bool, description="Only say what would happen."),
    OpenApiParameter("time_zone", str, description="Of times that name none. If left out, that of the settings."),
    OpenApiParameter(
        "weight_unit", enum=["kg", "lb"], description="Where the file names none: else as in the settings."
    ),
    OpenApiParameter("distance_unit", enum=["km", "mi"], description="The same."),
    OpenApiParameter(
        "dates", enum=["dmy", "mdy"], description="What comes first in 03/04/2026, if the file does not show it."
    ),
    OpenApiParameter(
        "matches", str, description="JSON: ids of exercise types by the names that mean them. Remembered."
    ),
    OpenApiParameter("take_file", bool, description="Where the user has another value, take the file's."),
    OpenApiParameter("bring_back", bool, description="Also what the user deleted."),
    OpenApiParameter(
        "moved", bool, description="A workout that holds the same as one the file lacks has another start."
    ),
]
_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": _FILE,
        **{
            one.name: {"type": "boolean"}
            if one.type is bool
            else {"type": "string", **({"enum": one.enum} if one.enum else {})}
            for one in _PARAMETERS
        },
    },
}
_EXAMPLE = OpenApiExample(
    "A dry run",
    response_only=True,
    value={
        "dry_run": True,
        "app": "hevy",
        "dialect": "in kg and km",
        "assumed": {"time_zone": "Europe/Berlin", "weight_unit": None, "distance_unit": None},
        "read": {"workouts": 2, "exercises": 2, "sets": 9},
        "made": {"workouts": 1, "exercises": 1, "sets": 4, "exercise_types": 1},
        "there": {"workouts": 1, "exercises": 1, "sets": 5},
        "deleted": {"workouts": 0, "exercises": 0, "sets": 0},
        "changed": {"workouts": 0, "exercises": 0, "sets": 0},
        "matches": [
            {
                "name": "Bench Press (Barbell)",
                "exercise_type": "6f8f57e7-2d7e-4f0e-9c0b-3b6f4a2d9a11",
                "called": "Barbell bench press",
                "sure": "spelled",
                "exercises": 1,
                "suggestions": [],
            },
            {
                "name": "Flachbank eng",
                "exercise_type": "b0f1c5f2-6f0a-5f53-8a51-0d3f9f2c7e64",
                "called": "Flachbank eng",
                "sure": "new",
                "exercises": 1,
                "suggestions": [],
            },
        ],
        "told": [],
        "problems": [{"line": 7, "reason": "reps 'ten' is not a number from 0"}],
        "problems_total": 1,
    },
)


class ImportFileView(APIView):
    parser_classes = [MultiPartParser, FileParser]

    @extend_schema(
        operation_id="import_file",
        request={"multipart/form-data": _FORM, "text/csv": _FILE, "application/json": _FILE},
        parameters=_PARAMETERS,
        responses={200: ReportSerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Takes a file of Strong, Hevy, FitNotes, Liftosaur, openweight, MyFitnessPal or Cronometer, known by its content.

        All of it or nothing is written. The same file again, or one that overlaps, changes nothing. The parameters may
        stand in the query or in the form.
        """
        user: Any = request.user
        check_announced(request, limit=MAX_FILE_BYTES)
        check_limit(request, group="import_file", rate="60/h", key=str(user.pk))
        values, content = _sent(request)
        asked = parameters(values, AskedOf)
        sent = Sent(
            user=user,
            content=content,
            how=_how_to_read(user, asked),
            take=HowToTake(asked.take_file, asked.bring_back, asked.moved, _matches(asked.matches)),
            source="api",
            at=timezone.now(),
            dry_run=asked.dry_run,
        )
        return Response(take_file(sent))


def _how_to_read(user: Any, asked: AskedOf) -> HowToRead:
    """Raises ValidationError for a zone that there is not."""
    if asked.time_zone and asked.time_zone not in known_time_zones():
        detail = f"{asked.time_zone!r} is not an IANA time zone such as Europe/Berlin."
        raise ValidationError({"time_zone": [ErrorDetail(detail, "invalid_time_zone")]})
    return as_asked(
        user=user,
        time_zone=asked.time_zone,
        weight_unit=asked.weight_unit,
        distance_unit=asked.distance_unit,
        dates=asked.dates,
    )


def _sent(request: Request) -> tuple[dict[str, str], bytes]:
    """Parameters, and the file of a form or the bare body."""
    check_unpacked(request)
    data: Any = request.data
    values = request.query_params.dict()
    if request.content_type.startswith("multipart/"):
        values |= {name: value for name, value in data.items() if isinstance(value, str)}
        data = request.FILES.get("file")
    if not hasattr(data, "read"):  # of an empty body the parser sees nothing
        raise ValidationError({"file": [ErrorDetail("Send the file under this name, or as the body.", "required")]})
    content: bytes = data.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise too_large(MAX_FILE_BYTES)
    return values, content


def _matches(text: str) -> dict[str, UUID]:
    """Raises ValidationError for what is no JSON object of ids by names."""
    try:
        found = msgspec.json.decode(text, type=dict[str, UUID])
    except (msgspec.DecodeError, RecursionError) as error:
        detail = ErrorDetail("Must be a JSON object: ids of exercise types by names.", "invalid")
        raise ValidationError({"matches": [detail]}) from error
    if len(found) > MAX_MATCHES or not all(name.strip() and "\x00" not in name for name in found):
        detail = ErrorDetail(f"Must be at most {MAX_MATCHES} names, none of them empty.", "invalid")
        raise ValidationError({"matches": [detail]})
    return found
