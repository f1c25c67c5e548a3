using System.Globalization;
using System.Xml;
using Weir.Contracts.Runs;

namespace Weir.Agent.Reports;

/// <summary>
/// Reads JUnit XML as the many writers of it agree: <c>testcase</c> elements at any depth, with <c>failure</c>,
/// <c>error</c> or <c>skipped</c> in them. A step wrote the file, so nothing in it is trusted: no document type, no
/// entities, nothing from elsewhere, everything bounded.
/// </summary>
internal sealed class JunitReader
{
    public const int MaxFileBytes = 16 << 20;
    public const int MaxFiles = 500;
    private const int MaxFailed = 100;
    private const int MaxDepth = 64;
    private const int MaxProblems = 10;
    private const int MaxText = 2 * 1024;
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxFileBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    private readonly List<FailedTest> _failed = [];
    private readonly List<string> _problems = [];
    private TestReport _report = new();

    public TestReport Report => _report with { Failed = [.. _failed], Problems = [.. _problems] };

    /// <summary>Counts what is in one file; one that is no JUnit XML counts for nothing and is told.</summary>
    public void Add(string name, Stream content)
    {
        var (before, failed) = (_report, _failed.Count);
        try
        {
            using var xml = XmlReader.Create(content, Settings);
            Read(xml);
        }
        catch (Exception e) when (e is XmlException or FormatException)
        {
            _report = before;
            _failed.RemoveRange(failed, _failed.Count - failed);
            Tell($"{name}: {e.Message}");
        }
    }

    /// <summary>Something about the files that is not as it should be.</summary>
    public void Tell(string problem)
    {
        if (_problems.Count < MaxProblems) _problems.Add(Short(problem));
    }

    private void Read(XmlReader xml)
    {
        xml.MoveToContent();
        if (xml.LocalName is not ("testsuites" or "testsuite"))
            throw new FormatException($"<{xml.LocalName}> is no JUnit report");
        var suites = new Stack<string>();
        while (!xml.EOF)
        {
            if (xml.Depth > MaxDepth) throw new FormatException($"nested more than {MaxDepth} deep");
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "testcase" })
            {
                ReadCase(xml, suites.TryPeek(out var suite) ? suite : "");
                continue;
            }

            if (xml is { NodeType: XmlNodeType.Element, LocalName: "testsuite", IsEmptyElement: false })
                suites.Push(xml.GetAttribute("name") ?? "");
            if (xml is { NodeType: XmlNodeType.EndElement, LocalName: "testsuite" }) suites.TryPop(out _);
            xml.Read();
        }
    }

    private void ReadCase(XmlReader xml, string suite)
    {
        var test = new FailedTest(xml.GetAttribute("classname") ?? suite, xml.GetAttribute("name") ?? "", "");
        var time = xml.GetAttribute("time");
        var verdict = "";
        var depth = xml.Depth;
        for (var more = !xml.IsEmptyElement && xml.Read(); more && xml.Depth > depth;)
        {
            var counts = xml is { NodeType: XmlNodeType.Element, LocalName: "failure" or "error" or "skipped" };
            if (counts && xml.Depth == depth + 1 && verdict.Length == 0)
            {
                verdict = xml.LocalName;
                test = test with { Message = Short(xml.GetAttribute("message") ?? "") };
                if (verdict != "skipped" && test.Message.Length == 0 && !xml.IsEmptyElement)
                {
                    test = test with { Message = TextOf(xml) };
                    continue;
                }
            }

            more = xml.Read();
        }

        xml.Read();
        Count(test, verdict, time);
    }

    private void Count(FailedTest test, string verdict, string? time)
    {
        var seconds = double.TryParse(
            time?.Replace(",", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture,
            out var given) && given is > 0 and < 1e9 ? given : 0;
        _report = _report with
        {
            Tests = _report.Tests + 1,
            Failures = _report.Failures + (verdict == "failure" ? 1 : 0),
            Errors = _report.Errors + (verdict == "error" ? 1 : 0),
            Skipped = _report.Skipped + (verdict == "skipped" ? 1 : 0),
            Milliseconds = _report.Milliseconds + (long)(seconds * 1000),
        };
        if (verdict is "failure" or "error" && _failed.Count < MaxFailed)
            _failed.Add(test with { Suite = Short(test.Suite), Name = Short(test.Name) });
    }

    /// <summary>The first part of an element's text; leaves the reader behind the element.</summary>
    private static string TextOf(XmlReader xml)
    {
        var text = new System.Text.StringBuilder();
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && text.Length < MaxText) text.Append(xml.Value);
        }

        xml.Read();
        return Short(text.ToString().Trim());
    }

    private static string Short(string text) => text.Length <= MaxText ? text : text[..MaxText] + "…";
}
