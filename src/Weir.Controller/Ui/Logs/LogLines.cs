using Weir.Contracts.AgentProtocol;

namespace Weir.Controller.Ui.Logs;

/// <summary>A part of an attempt's log, in whole lines.</summary>
/// <param name="From">Offset, in the view of both streams, of the first line.</param>
/// <param name="To">Offset behind the last line: where the next part begins.</param>
/// <param name="AtEnd">There was nothing more when it was read.</param>
public sealed record LogLines(long From, long To, bool AtEnd, IReadOnlyList<LogLine> Lines);

/// <param name="Offset">Names the line for good: logs only grow.</param>
/// <param name="Command">Index of the command, from 0; −1 before the first.</param>
public sealed record LogLine(long Offset, int Command, LogStream Stream, DateTimeOffset Time, string Text);
