using System.Security.Cryptography;
using Weir.Contracts.AgentProtocol;
using Weir.Engine.Runtimes;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Docker;

/// <summary>
/// Containers that are started for steps which nobody has claimed yet, each blocked at its gate. The step that comes
/// takes the one made for it, if it is what was foreseen: same image, shell, limits and, to the folder, same workspace.
/// </summary>
/// <param name="maker">Makes them, as any other.</param>
/// <param name="remove">Ends one and removes what it had.</param>
/// <param name="folder">Theirs until they are taken.</param>
internal sealed class StepsAhead(DockerMaker maker, Func<DockerParts, Task> remove, string folder) : IAsyncDisposable
{
    private const int Digits = 8;
    private const string Prefix = "next-";
    private readonly SpareShelf<string, Ahead> _spares = new(_ => true, ahead => remove(ahead.Parts));

    /// <summary>Ids of the containers that wait.</summary>
    public IEnumerable<string> Ids => _spares.Ready.Select(ahead => ahead.Parts.Container);

    public void Prepare(StepForecast forecast)
    {
        var step = forecast.Step;
        var work = new StepWork { Image = step.Image, Pull = step.Pull, Shell = step.Shell, Limits = step.Limits };
        if (step.Workspace == NextWorkspace.Unknown)
        {
            _ = maker.BringImageAsync(work);
            return;
        }

        var name = $"{forecast.Key}-next-{RandomNumberGenerator.GetHexString(Digits, lowercase: true)}";
        var place = Path.Combine(Path.GetFullPath(folder), Prefix + name);
        var spec = new ContainerSpec(name, place, forecast.Workspace ?? Path.Combine(place, "workspace"))
        {
            Work = work, DiesWithAgent = step.DiesWithAgent,
        };
        _spares.Prepare(forecast.Key, token => MakeAsync(spec, forecast.Workspace is null, token));
    }

    public async Task SettleAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Key is not { } key || !_spares.IsMaking(key)) return;
        maker.TellOfPull(spec);
        await _spares.SettleAsync(key, cancellationToken);
    }

    public void Discard(string key) => _spares.Discard(key);

    /// <summary>The container made for the step, now its own; null when there is none that fits.</summary>
    public async Task<DockerParts?> TakeAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Key is not { } key || await _spares.TakeAsync(key, cancellationToken) is not { } ahead) return null;
        if (Fits(ahead, spec) && await TurnIntoAsync(ahead, spec) is { } parts) return parts;
        await remove(ahead.Parts);
        return null;
    }

    /// <summary>Removes folders that an earlier life died in making.</summary>
    public void Tidy()
    {
        if (!_spares.IsEmpty) return;
        foreach (var place in Directory.EnumerateDirectories(folder, Prefix + "*")) FolderTree.Remove(place);
    }

    public ValueTask DisposeAsync() => _spares.DisposeAsync();

    private async Task<Ahead> MakeAsync(ContainerSpec spec, bool ownWorkspace, CancellationToken cancellationToken)
    {
        if (ownWorkspace) Directory.CreateDirectory(spec.Workspace);
        var workspace = IdentityOf(spec.Workspace) ?? throw new RuntimeException($"{spec.Workspace} is gone");
        try
        {
            return new Ahead(await maker.MakeAsync(spec, cancellationToken), ownWorkspace, workspace);
        }
        catch
        {
            FolderTree.Remove(spec.Folder);
            throw;
        }
    }

    // A workspace that was taken over has another name by now, and must be the same folder.
    private static bool Fits(Ahead ahead, ContainerSpec wanted)
    {
        var spare = ahead.Parts.Spec;
        return spare.Work.Image == wanted.Work.Image && spare.Work.Pull == wanted.Work.Pull
            && spare.Work.Shell == wanted.Work.Shell && spare.Work.Limits == wanted.Work.Limits
            && spare.DiesWithAgent == wanted.DiesWithAgent
            && (ahead.OwnWorkspace || IdentityOf(wanted.Workspace) == ahead.Workspace);
    }

    private async Task<DockerParts?> TurnIntoAsync(Ahead ahead, ContainerSpec spec)
    {
        var spare = ahead.Parts;
        var gate = Posix.TryOpen(spare.Folder.Gate, Posix.WriteOnly | Posix.NonBlocking);
        try
        {
            if (gate.IsInvalid && !await maker.RunsAsync(spare.Container)) return null;
            if (ahead.OwnWorkspace) Replace(spec.Workspace, spare.Spec.Workspace);
            return spare with
            {
                Spec = spec,
                Folder = spare.Folder.MoveTo(Path.GetFullPath(spec.Folder)),
                Gate = gate.IsInvalid ? null : gate,
            };
        }
        catch (Exception exception) when (DockerHost.IsTrouble(exception) || exception is UnauthorizedAccessException)
        {
            gate.Dispose();
            return null;
        }
    }

    // What is in it already, resources for one, comes along.
    private static void Replace(string folder, string by)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            var target = Path.Combine(by, entry.Name);
            if (entry is DirectoryInfo { LinkTarget: null }) Directory.Move(entry.FullName, target);
            else File.Move(entry.FullName, target);
        }

        File.SetUnixFileMode(by, File.GetUnixFileMode(folder));
        Posix.Check(Posix.Rename(by, folder), folder);
    }

    private static (long, long)? IdentityOf(string folder) =>
        Posix.Facts(Posix.CurrentFolder, folder, 0)?.Identity;

    /// <param name="Parts">Of the container.</param>
    /// <param name="OwnWorkspace">It begins with an empty one, which is still in the container's folder.</param>
    /// <param name="Workspace">The folder that the container sees as its workspace.</param>
    private sealed record Ahead(DockerParts Parts, bool OwnWorkspace, (long Device, long Number) Workspace);
}
