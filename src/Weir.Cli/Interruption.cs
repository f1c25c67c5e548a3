using System.Runtime.InteropServices;

namespace Weir.Cli;

/// <summary>
/// Turns Ctrl-C and SIGTERM into tokens: the first one asks to end in peace, the second to end now, the third is left
/// to the system.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _again = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Take),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take),
    ];

    public CancellationToken Token => _first.Token;

    public CancellationToken Again => _again.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _first.Dispose();
        _again.Dispose();
    }

    private void Take(PosixSignalContext signal)
    {
        var next = _first.IsCancellationRequested ? _again : _first;
        if (next.IsCancellationRequested) return;
        signal.Cancel = true;
        next.Cancel();
    }
}
