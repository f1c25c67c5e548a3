using Weir.Contracts.Statuses;
using Weir.Engine.Masking;
using Weir.Testing;

namespace Weir.Tests.Vault;

/// <summary>Secrets from the command line's request to a step's environment, and nowhere else.</summary>
public sealed class SecretRunTests
{
    private const string Token = "s3cr3t/t\"ken +1";

    [Fact]
    public async Task A_step_gets_the_secrets_it_states_and_its_log_shows_none()
    {
        await using var rig = await SecretRig.StartAsync();
        await rig.Controller.Admin.Secrets.SetAsync("TOKEN", Token);

        var run = await rig.RunAsync("""
            name: secret
            steps:
              - name: use
                secrets: [TOKEN]
                outputs: [v]
                commands:
                  - test ${#TOKEN} = 15 && echo "is $TOKEN."
                  - printf 'x%s' "$TOKEN" | base64
                  - printf s3cr3t/t; sleep 0.3
                  - printf '"ken +1\n' >&2; printf '"ken +1\n'
                  - echo "v=got $TOKEN" >> $WEIR_OUTPUT
              - { name: other, commands: ['echo "none: $TOKEN"'] }
            """);

        Assert.All(run.Steps!, step => Assert.Null(step.Message));
        Assert.Equal("none: \n", await rig.LogAsync(run, "other"));
        var log = await rig.LogAsync(run, "use");
        Assert.StartsWith("is ***************.\neH", log, StringComparison.Ordinal);
        Assert.EndsWith("\n***************\n", log, StringComparison.Ordinal);
        Assert.Equal("got ***************", run.Steps![0].Outputs["v"]);
        var commands = run.Steps[0].Attempts[0].Commands;
        Assert.Equal(8, commands[2].StdoutTo - commands[2].StdoutFrom);
    }

    [Fact]
    public async Task A_step_whose_secret_is_missing_does_not_start_and_says_which()
    {
        await using var rig = await SecretRig.StartAsync();
        await rig.Controller.Admin.Secrets.SetAsync("THERE", Token);

        var run = await rig.RunAsync(
            "{ name: none, steps: [{ name: use, secrets: [THERE, NOT_THERE], commands: ['echo started'] }] }");

        var step = run.Steps![0];
        Assert.Equal((RunStatus.Failed, ReasonCode.Secret), (step.Status, step.Reason));
        Assert.Equal(
            "secret NOT_THERE: it is not there: `weir secret set NOT_THERE` in the namespace default", step.Message);
        Assert.Null(step.Attempts[0].Started);
        Assert.Equal("", await rig.LogAsync(run, "use"));
    }

    [Fact]
    public async Task What_a_step_tells_to_be_secret_is_masked_from_then_on()
    {
        await using var rig = await SecretRig.StartAsync();

        var run = await rig.RunAsync("""
            name: added
            steps:
              - name: use
                outputs: [v]
                commands:
                  - echo fresh-value >> $WEIR_MASK; echo "after fresh-value"; echo "v=fresh-value" >> $WEIR_OUTPUT
            """);

        Assert.Equal("after ***********\n", await rig.LogAsync(run, "use"));
        Assert.Equal("***********", run.Steps![0].Outputs["v"]);
    }

    [Fact]
    public async Task A_value_that_cannot_be_masked_is_told()
    {
        await using var rig = await SecretRig.StartAsync();
        var run = await rig.RunAsync(
            "{ name: short, steps: [{ name: use, commands: ['echo abc >> $WEIR_MASK; echo abc'] }] }");
        Assert.Contains("fewer than 6 bytes", run.Steps![0].Message, StringComparison.Ordinal);
    }

    /// <summary>Files of both sides, every answer of the API, and the process list while the step runs.</summary>
    [Fact]
    public async Task No_form_of_a_secret_reaches_a_store_an_answer_or_the_process_list()
    {
        var random = new Random(5);
        await using var rig = await SecretRig.StartAsync();
        var secret = string.Concat(Enumerable.Range(0, 40).Select(_ => "abcXYZ019-_+/=&%\"\\ é"[random.Next(20)]));
        await rig.Controller.Admin.Secrets.SetAsync("TOKEN", secret);
        var started = await rig.StartAsync("""
            name: leaky
            steps:
              - name: leak
                secrets: [TOKEN]
                outputs: [a, b]
                artifacts: [{ name: kept, path: kept.txt }]
                commands:
                  - echo "$TOKEN" && echo "$TOKEN" >&2
                  - for i in a bb ccc; do printf '%s%s' "$i" "$TOKEN" | base64 -w0; echo; done
                  - printf %s "$TOKEN" | base64
                  - printf %s "$TOKEN" | od -An -v -tx1 | tr -d ' \n'; echo
                  - printf %s "$TOKEN" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; echo
                  - printf %s "$TOKEN" | dd bs=5 2>/dev/null; echo
                  - echo "a=$TOKEN" >> $WEIR_OUTPUT; echo "b=$(printf %s "$TOKEN" | base64 -w0)" >> $WEIR_OUTPUT
                  - echo fine > kept.txt; echo ready; while [ ! -e go ]; do sleep 0.05; done
                  - exit 3
            """);
        await Eventually.HoldsAsync(
            async () => (await rig.LogAsync(started, "leak")).Contains("ready", StringComparison.Ordinal), "it printed");
        var masks = MaskSet.Of([secret])!;
        var places = ProcessLists().Append(("agent", FilesUnder(rig.Agent.Folder))).ToList();
        await rig.Controller.Admin.Runs.CancelAsync(started.Id);
        var run = await rig.EndAsync(started);
        places.Add(("controller", FilesUnder(rig.Controller.Options.DataFolder)));
        foreach (var path in (string[])["", "/steps", "/steps/leak", "/explain", "/artifacts", "/steps/leak/logs"])
        {
            using var answer = await rig.Controller.SendAsync(HttpMethod.Get, $"/v1/runs/{run.Id}{path}");
            places.Add((path, await answer.Content.ReadAsByteArrayAsync()));
        }

        using var listed = await rig.Controller.SendAsync(HttpMethod.Get, "/v1/secrets");
        places.Add(("secrets", await listed.Content.ReadAsByteArrayAsync()));
        Assert.All(places, place => Assert.True(
            place.Item2.AsSpan().SequenceEqual(Masked(masks, place.Item2)), $"found in: {place.Item1}"));
    }

    private static IEnumerable<(string, byte[])> ProcessLists()
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(p[^1])))
        {
            byte[] line;
            try
            {
                line = File.ReadAllBytes(process + "/cmdline");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            yield return (process, line);
        }
    }

    private static byte[] FilesUnder(string folder)
    {
        var all = new MemoryStream();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // pipes have no length, and reading them would take from the step; its own file of outputs is the step's
            if (new FileInfo(path).Length == 0 || Path.GetFileName(path) == "output") continue;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.CopyTo(all);
        }

        return all.ToArray();
    }

    private static ReadOnlySpan<byte> Masked(MaskSet masks, byte[] bytes)
    {
        var stream = new MaskStream();
        return (byte[])[.. stream.Next(masks, bytes), .. stream.End(masks)];
    }
}
