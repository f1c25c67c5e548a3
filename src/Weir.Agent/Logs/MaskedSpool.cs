using Weir.Contracts.AgentProtocol;
using Weir.Engine.Masking;

namespace Weir.Agent.Logs;

/// <summary>
/// What a step writes on its way to the spool, with what is secret masked. Where nothing is, bytes go straight through.
/// </summary>
internal sealed class MaskedSpool(LogSpool spool)
{
    private MaskedOutput? _stdout;
    private MaskedOutput? _stderr;

    /// <summary>Bytes of each stream that came from the step, held back or not.</summary>
    public long Stdout => _stdout?.End ?? spool.Stdout;

    public long Stderr => _stderr?.End ?? spool.Stderr;

    /// <summary>Throws <see cref="IOException"/> when the disk has no room.</summary>
    public void Append(MaskSet? masks, LogStream stream, int command, ReadOnlySpan<byte> bytes)
    {
        if (masks is null)
        {
            spool.Append(stream, command, bytes);
            return;
        }

        var output = stream == LogStream.Stdout
            ? _stdout ??= new MaskedOutput(stream, spool.Stdout)
            : _stderr ??= new MaskedOutput(stream, spool.Stderr);
        output.Take(masks, command, bytes, spool.Append);
    }

    /// <summary>Nothing follows: what was held back goes on.</summary>
    public void Finish(MaskSet? masks)
    {
        if (masks is null) return;
        _stdout?.Finish(masks, spool.Append);
        _stderr?.Finish(masks, spool.Append);
    }
}
