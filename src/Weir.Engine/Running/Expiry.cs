using Weir.Contracts.Statuses;

namespace Weir.Engine.Running;

/// <summary>
/// Notes that something a run left is not kept any more, before it goes: from then on nobody builds upon it, and the
/// run is not taken up again.
/// </summary>
internal static class Expiry
{
    public static EventVerdict Apply(RunEdit edit, RunEvent.Expired e)
    {
        var run = edit.Run;
        if (!run.Status.IsFinal()) return EventVerdict.Refused;
        edit.Run = run with
        {
            LogsGone = e.Logs ? run.LogsGone ?? edit.Now : run.LogsGone,
            ArtifactsGone = e.Artifacts ? run.ArtifactsGone ?? edit.Now : run.ArtifactsGone,
        };
        if ((edit.Run.LogsGone, edit.Run.ArtifactsGone) == (run.LogsGone, run.ArtifactsGone))
            return EventVerdict.Repeated;
        for (var i = 0; e.Artifacts && i < edit.Count; i++)
        {
            if (edit[i].WorkspaceDigest is not null) edit[i] = edit[i] with { WorkspaceDigest = null };
        }

        return EventVerdict.Accepted;
    }
}
