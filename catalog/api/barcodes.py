"""Foods by their barcode."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.foods import FoodSerializer, LibraryFoodSerializer
from catalog.enums import FoodCategory
from catalog.services.barcodes import Found, food_elsewhere, food_here, normal_or_refused
from lib.ratelimits import check_limit

ASKING_RATE = "30/m"  # of one athlete, where no food here has the barcode


class ProposalSerializer(serializers.Serializer[Any]):
    """What `POST foods/` takes, with an id of the client's own; and what is to be known of it."""

    name = serializers.CharField(help_text="Empty: nobody wrote one. Let the user name it.")
    names = serializers.DictField(child=serializers.CharField())
    aliases = serializers.ListField(child=serializers.CharField())
    brand = serializers.CharField()
    barcode = serializers.CharField()
    category = serializers.ChoiceField(choices=FoodCategory.choices)
    diets = serializers.ListField(child=serializers.CharField())
    allergens = serializers.ListField(child=serializers.CharField())
    nutrients = serializers.DictField(child=serializers.FloatField())
    portions = serializers.ListField(child=serializers.JSONField())


class FoundSerializer(serializers.Serializer[Any]):
    found_in = serializers.ChoiceField(choices=["own", "library", "open_food_facts"])
    own = FoodSerializer(allow_null=True)
    library = LibraryFoodSerializer(allow_null=True)
    proposal = ProposalSerializer(allow_null=True, help_text="Nothing is written: the client makes the food.")
    attribution = serializers.CharField(help_text="Show it with the proposal: its licence asks for that.")
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="What the source says and the proposal does not, each with the reason."
    )


_EXAMPLE = OpenApiExample(
    "Of Open Food Facts",
    response_only=True,
    value={
        "found_in": "open_food_facts",
        "own": None,
        "library": None,
        "proposal": {
            "name": "Crunchy peanut butter",
            "names": {"de": "Erdnussbutter mit Stückchen"},
            "aliases": [],
            "brand": "Example",
            "barcode": "4006381333931",
            "category": "other",
            "diets": ["pescatarian", "vegetarian", "vegan"],
            "allergens": ["peanuts"],
            "nutrients": {"energy": 615, "protein": 26.1, "fat": 50, "carbohydrate": 11.8, "sodium": 320},
            "portions": [{"name": "1 tbsp (15 g)", "grams": 15}],
        },
        "attribution": "Open Food Facts contributors, Open Database License (ODbL) 1.0: https://world.openfoodfacts.org/product/4006381333931",
        "left_out": [],
    },
)


class BarcodeView(APIView):
    @extend_schema(
        operation_id="food_by_barcode",
        parameters=[
            OpenApiParameter("gtin", str, OpenApiParameter.PATH, description="With zeros before it or without.")
        ],
        responses={200: FoundSerializer},
        examples=[_EXAMPLE],
    )
    def get(self, request: Request, gtin: str) -> Response:
        """The food with this barcode: the user's own, else the library's, else a proposal out of Open Food Facts.

        The last only where the operator has set up a mirror. It is asked for two seconds at most, and left alone for a while
        when it fails: then the answer is 503 `mirror_unavailable`.
        """
        user: Any = request.user
        code = normal_or_refused(gtin)
        found = food_here(user=user, code=code)
        if found is None:
            check_limit(request, group="barcode", rate=ASKING_RATE, key=str(user.pk))
            found = food_elsewhere(code=code)
        return Response(_answer(found))


def _answer(found: Found) -> dict[str, Any]:
    proposal = found.proposal
    return {
        "found_in": "own" if found.own else "library" if found.library else "open_food_facts",
        "own": FoodSerializer(found.own).data if found.own else None,
        "library": LibraryFoodSerializer(found.library).data if found.library else None,
        "proposal": ProposalSerializer(proposal).data if proposal else None,
        "attribution": proposal.attribution if proposal else "",
        "left_out": proposal.left_out if proposal else [],
    }
