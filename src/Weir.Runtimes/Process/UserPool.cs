using System.Globalization;
using Weir.Engine.Runtimes;

namespace Weir.Runtimes.Process;

/// <summary>
/// Gives every slot a user id of its own out of a range that all agents of the machine share. An id is claimed by a
/// lock on a file, which ends with the agent; whatever still runs as that user then is killed when it is claimed again.
/// </summary>
internal sealed class UserPool(string claims, int first, TimeProvider time) : IDisposable
{
    private const int Size = 1000;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<int, StepUser> _slots = [];

    /// <summary>Throws <see cref="RuntimeException"/> when every id of the range is taken.</summary>
    public async Task<StepUser> ForSlotAsync(int slot, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_slots.TryGetValue(slot, out var known)) return known;
            for (var id = first; id < first + Size; id++)
            {
                if (TryClaim(id) is not { } user) continue;
                await user.Everything().KillAsync(time, cancellationToken);
                _slots[slot] = user;
                return user;
            }
        }
        finally
        {
            _turn.Release();
        }

        throw new RuntimeException($"all user ids from {first} to {first + Size - 1} are in use");
    }

    /// <summary>Kills all that runs as a user of an earlier life, unless somebody uses the id now.</summary>
    public async Task PurgeAsync(int id, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var mine = _slots.Values.FirstOrDefault(user => user.Id == id);
            if (mine is { IsIdle: false }) return;
            using var claimed = mine is null ? TryClaim(id) : null;
            if ((mine ?? claimed) is { } user) await user.Everything().KillAsync(time, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var user in _slots.Values) user.Dispose();
        _turn.Dispose();
    }

    private StepUser? TryClaim(int id)
    {
        if (_slots.Values.Any(user => user.Id == id)) return null;
        Directory.CreateDirectory(claims, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(claims, id.ToString(CultureInfo.InvariantCulture));
        try
        {
            return new StepUser(id, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
