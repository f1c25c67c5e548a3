using System.Text;

namespace Weir.Tests.Definitions;

/// <summary>Flows without mistakes, and random changes of them.</summary>
internal static class FlowSamples
{
    private static readonly string[] Texts =
    [
        "name: a\nsteps: [{commands: x}]\n",
        """
        name: build
        title: The build
        description: >
          Builds
          it.
        image: debian:bookworm
        env: { CI: "true", N: 1.5, F: false }
        params:
          ref: { type: string, default: main, description: What to build }
          level: { type: choice, choices: [low, high], default: low }
          count: 3
          fast: true
          must: { required: true }
        source: { git: "https://example.org/r.git", ref: "${{ params.ref }}", depth: 1 }
        timeout: 2h
        queue_timeout: 1h30m
        disconnect: 0s
        runtime: process
        secrets: [TOKEN]
        x-common: &common
          timeout: 10m
          env: { A: "1" }
        steps:
          - <<: *common
            name: test
            commands:
              - npm ci
              - |
                for i in 1 2; do
                  echo $i
                done
            outputs: [version]
            artifacts: [{ name: report, path: out/ }, dist/*.js]
            retry: { attempts: 3, on: [infrastructure, timeout], backoff: { first: 10s, max: 2m } }
            limits: { cpu: 2, memory: 2GiB, pids: 512, network: none }
            labels: { gpu: "true" }
          - { name: alert, when: "steps.test.status == 'failed'", commands: [./alert.sh], allow_failure: true }
          - name: tidy
            needs: [test]
            when: always()
            commands: ./tidy.sh
            env: { V: "${{ steps.test.outputs.version }}" }
            resources: [report, { name: dist, path: "d/${{ run.id }}", required: false }]
            workdir: web
            shell: bash
            retry: 2
        """,
        """
        {"name": "j", "source": "/r", "steps": [
        {"commands": ["a", "b"], "needs": []}, {"commands": "c", "needs": "step-1"}]}
        """,
    ];

    private static readonly string[] Pieces =
    [
        "\n", " ", "  ", "\t", ":", ": ", "- ", "{", "}", "[", "]", ",", "\"", "'", "&a ", "*a", "*common", "<<: ",
        "#", "|", ">", "!x ", "? ", "~",
        "null", "true", "5", "1.5", "-1", "a", "steps:", "name: b", "when: always()", "${{ ", " }}",
        "${{ params.ref }}", "\0", "\u00e9", "\ud83d", "---\n",
        "%YAML 1.2\n", "x-y: 1\n", "env:\n", "10m", "2GiB", "..", "/", "\\u0000", "\r\n", "\u2028",
        "timeout: 5m", "needs: [test]",
    ];

    public static TheoryData<string> Valid => [.. Texts];

    /// <summary>A flow with some pieces put in, left out, doubled or exchanged.</summary>
    public static string Mutate(Random random, int most = 5)
    {
        var text = new StringBuilder(Texts[random.Next(Texts.Length)]);
        for (var changes = random.Next(1, most + 1); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(12), text.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 1:
                    text.Remove(at, length);
                    break;
                case 2:
                    text.Insert(at, text.ToString(at, length));
                    break;
                default:
                    text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return text.ToString();
    }
}
