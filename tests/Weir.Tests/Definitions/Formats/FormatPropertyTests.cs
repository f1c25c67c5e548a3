using System.Text;
using System.Text.RegularExpressions;
using Weir.Engine.Definitions;
using Weir.Engine.Definitions.Formats.Edn;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions.Formats;

public sealed partial class FormatPropertyTests
{
    private static readonly string[] Texts =
    [
        """
        nosana: { description: d }
        global:
          image: node:22
          environment: { CI: true, KEY: { type: nosana/secret, endpoint: e, value: k } }
          allow_failure: true
        jobs:
          - name: a & b
            commands: [echo one: two, { cmd: x, working_dir: w, allow_failure: true }, "c | d"]
            artifacts: [dist, { name: n, paths: ["a/{b,c}/*.js", b.txt] }]
            secrets: [S]
          - name: a & b
            work-dir: /app
            commands:
            - e
            resources: [dist, { name: n, path: ./in/ }]
            trigger: { push: { branches: [main, "rel/*"], tags: ["v*"] } }
        """,
        "jobs:\n\tx:\n\t\timage: i\n\t\tcommands:\n\t\t\t- a: b\n",
        """
        {:id "x" :state {:s "v"} :default-args {:container/run {:image "i"}} :ops
         [{:op :get-in :id :g :args [{:a [1 {:b "v"}]} [:a 1 :b]]}
          {:op :json-decode :id :j :args ["{\"l\": [1]}"]}
          {:op :assoc :id :m :args [{} :k #ref :j]}
          {:op :fx :id :f :args [[:nos/fx-set [:nos/set-global :q 1] [:nos/flow {:ops [
            {:op :container/run :id :in :args {:cmds [{:cmd "a 'b"}]}}]}]]]}
          {:op :docker/run :id :c :deps [#dep :g] :args [{:cmds [{:cmd [:nos/str "git " #ref :g] :workdir "/root/w"}]
           :env {:K #vault :k :U [:nos.core/str "a" #ref :s]} :artifacts [{:source "o" :dest "o.tar"}]}]}
          {:op :container/run :id :d :args {:cmds [{:cmd "ls"}] :resources [{:name "o.tar" :path "/root"}]}}]}
        """,
        """
        {"version": "0.1", "type": "container", "global": {"env": {"A": "1"}, "variables": {"m": "x"}}, "ops": [
          {"type": "container/run", "id": "a", "args": {"image": "i", "cmd": ["x", {"__spread__": "[\"y\"]"}],
           "env": {"__pairs__": [{"key": "P", "value": "%%global.job%%"}]}}, "execution": {"group": "g"}},
          {"type": "container/run", "id": "b", "args": {"image": "i", "cmd": "x %%global.variables.m%%"},
           "execution": {"group": "g", "depends_on": ["a"]}}]}
        """,
    ];

    private static readonly string[] All = [.. Texts, .. Corpus.Files.Take(12).Select(File.ReadAllText)];

    private static readonly string[] Pieces =
    [
        "\n", " ", "\t", ":", ": ", "- ", "{", "}", "[", "]", "(", ")", ",", "\"", "'", "#", "#_", "#{", "\\", "\\u00", ";",
        "1/2", "##NaN", ":a", "#ref :g", "[:nos/ref :g]", "[:nos/rerun]", "nil", "null", "true", "-1", "1e999", "..", "/",
        "/root/../..", "{a,b,{c", "%%ops.a.host%%", "__spread__", "__remove-if-empty__", "${{ ", "\0", "\ud83d", "é", "😀",
        "jobs:", "ops", "steps: ", "&a ", "*a", "paths: ", "checkout", ":op :flow", "\r\n", "\u2028",
    ];

    [Fact]
    public void No_text_makes_a_format_throw_and_what_is_taken_plans_and_prints()
    {
        var taken = 0;
        for (var seed = 0; seed < 6_000; seed++)
        {
            var text = Mutate(new Random(seed));
            try
            {
                var result = FlowReader.Read(text, seed % 3 == 0 ? "f.edn" : null);
                Assert.Equal(result.Flow is null, result.Problems.Any(p => !p.Warning));
                var lines = Line().Count(text) + 2;
                Assert.All(result.Problems, p => Assert.InRange(p.Line, 0, lines));
                if (result.Flow is null) continue;
                taken++;
                Planner.Plan(result.Flow, new PlanInputs());
                Corpus.AssertRoundTrip(text, seed % 3 == 0 ? "f.edn" : null);
            }
            catch (Exception thrown) when (thrown is not OutOfMemoryException)
            {
                Assert.Fail($"seed {seed}: {thrown}\n{text}");
            }
        }

        Assert.InRange(taken, 500, 6_000);
    }

    [Fact]
    public void What_edn_reads_it_reads_again_from_its_one_form()
    {
        for (var seed = 0; seed < 4_000; seed++)
        {
            var text = Mutate(new Random(seed));
            if (EdnReader.ReadAll(text, new ProblemList()) is not { } values) continue;
            var form = string.Join(' ', values.Select(EdnForm.Of));
            var again = EdnReader.ReadAll(form, new ProblemList());
            Assert.True(again is not null, $"seed {seed}: {form}");
            Assert.Equal(form, string.Join(' ', again.Select(EdnForm.Of)));
        }
    }

    [Theory]
    [InlineData("jobs:\n", "- { name: a, image: i, commands: [x: y] }\n")]
    [InlineData("jobs: [{ name: a, image: i, commands: [", "{x: y},", "]}]")]
    [InlineData("jobs: [{ name: a, image: i, commands: x, artifacts: [", "a,", "]}]")]
    [InlineData("jobs:\n\t- name: a\n\t  image: i\n\t  commands:\n", "\t  - x: y\n")]
    [InlineData("jobs: [{ name: a, image: i, commands: x, environment: {", "A: 1,", "}}]")]
    [InlineData("jobs: [{ name: a, image: i, artifacts: ['", "{a,b}", "']}]")]
    [InlineData("{:ops [", "{:op :container/run :id :a :args {:image \"i\" :cmds [{:cmd \"c\"}]}} ", "]}")]
    [InlineData("{:ops [{:op :vec :id :a :args [", "#{} {} a/b ", "]}]}")]
    [InlineData("{:ops [", "[")]
    [InlineData("{\"ops\": [", "{\"type\": \"container/run\", \"id\": \"a\", \"args\": {}},", "{}]}")]
    public void Large_files_are_read_in_little_time(string begin, string part, string end = "")
    {
        var text = begin + string.Concat(Enumerable.Repeat(part, (FlowReader.MaxBytes - 200) / part.Length)) + end;
        var start = TimeProvider.System.GetTimestamp();
        var result = FlowReader.Read(text);
        // what grows with the square of the size takes hours
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.Null(result.Flow);
    }

    private static string Mutate(Random random)
    {
        var text = new StringBuilder(All[random.Next(All.Length)]);
        for (var changes = random.Next(0, 4); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(12), text.Length - at);
            if (random.Next(3) > 0) text.Remove(at, length);
            if (random.Next(3) > 0) text.Insert(at, Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }

    [GeneratedRegex("\n|\r|\u2028|\u2029|\u0085")]
    private static partial Regex Line();
}
