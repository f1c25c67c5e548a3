using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Engine.Definitions;

namespace Weir.Bench;

/// <summary>
/// Reading flow files of 1 MB to their definition, beside parsing the same flow as JSON and nothing more.
/// </summary>
internal static class ReadingBenchmark
{
    private const int Steps = 400;
    private const int Size = 1_000_000;
    private const int Rounds = 9;
    private const double AskedMilliseconds = 500;

    public static Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var (yaml, edn, json) = (Yaml(), Edn(), Encoding.UTF8.GetBytes(Json()));
        var (yamls, edns, jsons) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yamls.Add(Time(() => Read(yaml, "flow.yml")));
            edns.Add(Time(() => Read(edn, "flow.edn")));
            jsons.Add(Time(() => JsonDocument.Parse(json).Dispose()));
        }

        var parse = Medians.Of(jsons);
        return Task.FromResult<IReadOnlyList<Figure>>(
            [FigureOf("YAML", Medians.Of(yamls), parse), FigureOf("EDN", Medians.Of(edns), parse)]);
    }

    private static Figure FigureOf(string format, double milliseconds, double parse) => new(
        $"reading 1 MB of {format}", $"{milliseconds:0} ms", $"JsonDocument.Parse {parse:0.0} ms", milliseconds / parse,
        $"≤ {AskedMilliseconds:0} ms", milliseconds <= AskedMilliseconds);

    private static void Read(string text, string name)
    {
        if (FlowReader.Read(text, name) is { Flow: null, Problems: [var problem, ..] })
            throw new InvalidOperationException(problem.ToString());
    }

    private static double Time(Action action)
    {
        var start = TimeProvider.System.GetTimestamp();
        action();
        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Yaml() => Fill(
        "name: big\nsteps:\n",
        i => $"  - name: step-{i}\n    env: {{ NAME: \"value {i}\" }}\n    commands:\n      - echo begin {i}\n      - echo ",
        "\n");

    private static string Edn() => Fill(
        "{:ops [\n",
        i => $"{{:op :container/run :id :step-{i} :args {{:image \"debian\" :cmds [{{:cmd \"echo begin {i}\"}} {{:cmd \"echo ",
        "\"}]} :deps []}\n", "]}\n");

    private static string Json() => Fill(
        "{\"name\":\"big\",\"steps\":[{}\n",
        i => $",{{\"name\":\"step-{i}\",\"env\":{{\"NAME\":\"value {i}\"}},\"commands\":[\"echo begin {i}\",\"echo ",
        "\"]}\n",
        "]}\n");

    /// <summary>As many steps, each with a command of words so long that the whole has the size.</summary>
    private static string Fill(string head, Func<string, string> step, string tail, string foot = "")
    {
        var text = new StringBuilder(head, Size);
        var rest = (Size - head.Length - foot.Length) / Steps;
        for (var i = 0; i < Steps; i++)
        {
            var begin = step(i.ToString(CultureInfo.InvariantCulture));
            text.Append(begin);
            for (var words = rest - begin.Length - tail.Length - 6; words > 0; words -= 6) text.Append("words ");
            text.Append("end").Append(tail);
        }

        return text.Append(foot).ToString();
    }
}
