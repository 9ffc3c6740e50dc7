from django.urls import path

from sync.api import conflicts, rejected, snapshots, stream, views

urlpatterns = [
    path("push", views.PushView.as_view(), name="sync-push"),
    path("pull", views.PullView.as_view(), name="sync-pull"),
    path("status", views.StatusView.as_view(), name="sync-status"),
    path("stream", stream.StreamView.as_view(), name="sync-stream"),
    path("conflicts", conflicts.ConflictsView.as_view(), name="sync-conflicts"),
    path("conflicts/resolve", conflicts.ResolveManyView.as_view(), name="sync-conflicts-resolve"),
    path("conflicts/<id:conflict_id>", conflicts.ConflictView.as_view(), name="sync-conflict"),
    path("conflicts/<id:conflict_id>/resolve", conflicts.ResolveView.as_view(), name="sync-conflict-resolve"),
    path("rejected", rejected.RejectedView.as_view(), name="sync-rejected"),
    path("rejected/discard", rejected.DiscardView.as_view(), name="sync-rejected-discard"),
    path("rejected/<id:mutation_id>", rejected.RejectedOneView.as_view(), name="sync-rejected-one"),
    path("rejected/<id:mutation_id>/repair", rejected.RepairView.as_view(), name="sync-rejected-repair"),
    path("snapshot", snapshots.StateView.as_view(), name="sync-snapshot"),
    path("snapshots", snapshots.SnapshotsView.as_view(), name="sync-snapshots"),
    path("snapshots/<id:snapshot_id>", snapshots.SnapshotView.as_view(), name="sync-snapshot-detail"),
    path("snapshots/<id:snapshot_id>/content", snapshots.ContentView.as_view(), name="sync-snapshot-content"),
    path("snapshots/<id:snapshot_id>/restore", snapshots.RestoreView.as_view(), name="sync-snapshot-restore"),
]
