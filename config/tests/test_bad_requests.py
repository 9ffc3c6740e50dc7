"""Requests that no view gets to understand: refused in the one error shape, by whichever part of the server."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from config.tests.routes import routes
from conftest import client_of

MANY = "&".join(f"p{n}=1" for n in range(1001))
PAGES = {"/api/docs/", "/api/schema/"}  # their errors are HTML and YAML
ID = "cafe0000-0000-4000-8000-000000000000"


def test_too_many_parameters_are_refused_wherever_they_are_read(charlie: User) -> None:
    clients: list[Any] = [client_of(charlie), Client()]
    clients[1].force_login(charlie)
    for client in clients:
        client.raise_request_exception = False
        for route in routes():
            response = client.get(f"{route.filled(ID)}?{MANY}")
            assert response.status_code < 500, route
            b"".join(response if response.streaming else [])  # a file is closed when it was read
            is_page = route.path in PAGES or "html" in response.get("Content-Type", "")
            if response.status_code == 400 and not is_page:
                check_error(response, 400, "bad_request")


def test_list_refuses_too_many_parameters(api: SchemaClient) -> None:
    check_error(api.get(f"/api/v1/workouts/?{MANY}"), 400, "bad_request")


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/import", "/api/v1/sync/snapshots"])
def test_form_of_too_many_fields_is_refused(path: str, alice: User) -> None:
    client: Any = client_of(alice) if "api" in path else Client()
    form = {f"field{n}": "x" for n in range(1002)}
    response = client.post(path, form, format="multipart") if "api" in path else client.post(path, form)
    check_error(response, 400, "bad_request")


def test_form_of_too_many_files_is_refused(api: SchemaClient) -> None:
    files = {f"file{n}": SimpleUploadedFile("x", b"x") for n in range(101)}
    check_error(api.post("/api/v1/import", files, format="multipart"), 400, "bad_request")


def test_form_that_is_too_large_is_refused(client: Client, db: None) -> None:
    text = "x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    check_error(client.post("/admin/login/", {"username": text}), 413, "too_large")


def test_host_that_is_not_ours_is_refused(client: Client, db: None) -> None:
    check_error(client.get("/health/live", headers={"Host": "evil.example.org"}), 400, "bad_request")
