using Microsoft.Win32.SafeHandles;
using Weir.Runtimes.Steps;

namespace Weir.Runtimes.Process;

/// <summary>
/// A small process beside the agent that kills all of its steps' processes when the agent dies without a word. The
/// kernel kills only a step's shell then, and what the shell had started must not go on until the agent comes back.
/// What hides from its environment is found by the sweep of the next start.
/// </summary>
/// <param name="nonce">Begins the cookie of every step of this agent.</param>
internal sealed class StepGuard(string nonce)
{
    private const string Dismissed = "dismissed";

    private const string Script = $$"""
        read -r word; [ "$word" = {{Dismissed}} ] && exit
        for round in 1 2 3 4 5 6 7 8; do
          found=$(grep -ls -e "$0" /proc/[0-9]*/environ); [ -n "$found" ] || exit
          for file in $found; do file=${file#/proc/}; kill -KILL "${file%/environ}"; done
        done 2>/dev/null
        """;

    private readonly Lock _lock = new();
    private Task? _start;
    private SafeFileHandle? _line;
    private int _pid;

    public string Nonce => nonce;

    /// <summary>Starts it once. Throws <see cref="IOException"/> when there is no shell.</summary>
    public Task StartAsync(EventThread events)
    {
        lock (_lock) return _start ??= StartOnceAsync(events);
    }

    /// <summary>The line to the agent breaks, as when it dies.</summary>
    public void LoseAgent() => _line?.Dispose();

    /// <summary>The agent leaves in order; nothing is killed.</summary>
    public async Task DismissAsync()
    {
        if (_line is null) return;
        Write(_line);
        _line.Dispose();
        await Task.Run(() => Posix.WaitForProcess(_pid, out _, 0));
    }

    private async Task StartOnceAsync(EventThread events)
    {
        var (read, write) = Posix.Pipe();
        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        using (read)
        {
            string[] arguments = ["/bin/sh", "-c", Script, $"{ProcessTree.CookieName}={nonce}."];
            var call = new SpawnCall(arguments, ["PATH=/usr/bin:/bin"], [read, nothing, nothing]);
            _pid = await events.InvokeAsync(call.Execute);
            _line = write;
        }
    }

    private static unsafe void Write(SafeFileHandle line)
    {
        fixed (byte* word = "dismissed\n"u8) _ = Posix.Write(line, word, Dismissed.Length + 1);
    }
}
