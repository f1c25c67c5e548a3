using Weir.Contracts.Statuses;

namespace Weir.Cli.Output;

/// <summary>Colour by meaning; plain text when it is off.</summary>
internal sealed class Palette(bool enabled)
{
    private static readonly string[] Steps = ["36", "35", "34", "33", "32", "96", "95", "94"];

    public string Status(RunStatus status, string text) => Paint(status switch
    {
        RunStatus.Success => "32",
        RunStatus.Failed => "31",
        RunStatus.Cancelled => "33",
        RunStatus.Running => "36",
        _ => "90",
    }, text);

    public string Dim(string text) => Paint("90", text);

    public string Strong(string text) => Paint("1", text);

    public string Warning(string text) => Paint("33", text);

    public string Bad(string text) => Paint("31", text);

    public string Good(string text) => Paint("32", text);

    /// <summary>One colour for each step, in order of appearance.</summary>
    public string Step(int index, string text) => Paint(Steps[index % Steps.Length], text);

    private string Paint(string code, string text) => enabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
