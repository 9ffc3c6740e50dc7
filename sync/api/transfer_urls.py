from django.urls import path

from sync.api import transfer

urlpatterns = [
    path("export", transfer.ExportView.as_view(), name="export"),
    path("import", transfer.ImportsView.as_view(), name="import-create"),
    path("import/<id:import_id>", transfer.ImportView.as_view(), name="import-detail"),
]
