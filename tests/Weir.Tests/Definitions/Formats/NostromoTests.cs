using System.Runtime.CompilerServices;
using Weir.Engine.Definitions;
using Weir.Engine.Planning;

namespace Weir.Tests.Definitions.Formats;

public sealed class NostromoTests
{
    [Fact]
    public void The_example_of_the_seed_plans()
    {
        AssertSeed(Example("seed"));
        Corpus.AssertRoundTrip(Example("seed"), "seed.edn");
    }

    [Fact]
    public void The_flow_plans_as_it_stands_in_the_seed_document()
    {
        var document = Corpus.Find("seeds/000_57190d86774370a4.txt");
        Assert.SkipWhen(document is null, "the document is not on this machine");
        var text = File.ReadAllText(document!);
        var begin = text.IndexOf("{:id ", StringComparison.Ordinal);
        AssertSeed(text[begin..text.IndexOf("```", begin, StringComparison.Ordinal)]);
    }

    [Fact]
    public void Ops_that_compute_and_every_spelling_of_references_work()
    {
        var flow = FlowText.Good(Example("local"), "local.edn");
        Assert.Equal(["origin", "clone", "list"], flow.Steps.Select(s => s.Name));
        Assert.Equal(
            "sh -c 'git clone -q -b main --upload-pack \"git upload-pack\" \"file://$PWD/origin\" dummy'",
            flow.Steps[1].Commands[0]);
        Assert.Equal("the folder dummy", flow.Steps[2].Env["FOLDER"]);
        Assert.Equal([new ResourceDefinition("dummy.tar", "dummy", true)], flow.Steps[2].Resources);
        Assert.All(flow.Steps, step => Assert.Equal("weir-test:latest", step.Image));
        Assert.Empty(FlowReader.Read(Example("local"), "local.edn").Problems);
    }

    [Fact]
    public void Json_and_both_spellings_are_the_same_flow()
    {
        const string edn =
            """
            {:id "a b" :allow-failure true :ops
             [{:op :docker/run :id :x :allow-failure false
               :args [{:image "i" :cmds [{:cmd "a 'b c' $HOME \\"} {:cmd "d" :workdir "/root/w"}]
                       :env {:K [:nos.core/vault :k-1] :P [:nosana/secret "https://e" "P"]}
                       :artifacts [{:source "o/p" :dest "n"}]}]}
              {:op :container/run :id :y
               :args {:image "i" :workdir "/root/z" :entrypoint "sh -c"
                      :cmds [{:cmd "'x y'"}] :resources [{:name "n" :path "in"}] :conn {:uri "http://x"}}}]}
            """;
        const string json =
            """
            {"id": "a b", "allow-failure": true, "ops": [
              {"op": "docker/run", "id": "x", "allow-failure": false, "args": {"image": "i",
               "cmds": [{"cmd": "a 'b c' $HOME \\"}, {"cmd": "d", "workdir": "/root/w"}],
               "env": {"K": ["nos/vault", "k-1"], "P": ["nosana/secret", "https://e", "P"]},
               "artifacts": [{"source": "o/p", "dest": "n"}]}},
              {"op": "container/run", "id": "y",
               "args": [{"image": "i", "workdir": "/root/z", "entrypoint": ["sh", "-c"],
               "cmds": [{"cmd": "'x y'"}], "resources": [{"name": "n", "path": "in"}]}]}]}
            """;
        var flow = FlowText.Good(edn);
        var other = FlowText.Good(json);
        Assert.Equal("a-b", flow.Name);
        foreach (var (step, same) in flow.Steps.Zip(other.Steps))
        {
            Assert.Equal(step.Commands.Length, same.Commands.Length);
            Assert.Equal((step.AllowFailure, step.Name, step.StartsEmpty), (same.AllowFailure, same.Name, true));
            Assert.Equal(step.Secrets, same.Secrets);
            Assert.Equal(step.Resources, same.Resources);
        }

        Assert.Equal("export K=\"$k_1\"", flow.Steps[0].Commands[0]);
        Assert.Equal("a 'b c' '$HOME' '\\'", flow.Steps[0].Commands[1]);
        Assert.EndsWith("&& d )", flow.Steps[0].Commands[2], StringComparison.Ordinal);
        Assert.Equal((false, true), (flow.Steps[0].AllowFailure, flow.Steps[1].AllowFailure));
        Assert.Equal("sh -c 'x y'", flow.Steps[1].Commands[1]);
        Assert.Equal([new ResourceDefinition("n", "z/in/p", false)], flow.Steps[1].Resources);
        Corpus.AssertRoundTrip(edn, "f.edn");
    }

    [Theory]
    [InlineData(":get-in [{:a [1 {:b \"v\"}]} [:a 1 :b]]", "v")]
    [InlineData(":get [{:a 1} :b \"other\"]", "other")]
    [InlineData(":nos/str [\"a\" 1 \"b\"]", "a1b")]
    [InlineData(":count [[1 2 3]]", "3")]
    [InlineData(":data \"x\"", "x")]
    [InlineData(":when [true \"yes\"]", "yes")]
    [InlineData(":when [nil \"yes\"]", "")]
    [InlineData(":uuid []", "${{ run.id }}")]
    public void Computed_values_reach_steps(string op, string value)
    {
        var (name, args) = (op[..op.IndexOf(' ')], op[op.IndexOf(' ')..]);
        var flow = FlowText.Good(With($"{{:op {name} :id :v :args {args}}}", "[:nos/ref :v]"));
        Assert.Equal(value, flow.Steps[0].Env["V"]);
    }

    [Fact]
    public void Results_of_ops_can_be_put_together()
    {
        const string ops =
            """
            {:op :json-decode :id :j :args ["{\"l\": [1, 2], \"s\": \"t\"}"]}
            {:op :get :id :l :args [[:nos/ref :j] :l]}
            {:op :concat :id :c :args [[:nos/ref :l] [3]]}
            {:op :vec :id :vv :args [1 2]}
            {:op :assoc :id :m :args [{:a 1} :n [:nos.core/ref :c]]}
            {:op :get-in :id :v :args [[:nos/ref :m] [:n 2]]}
            """;
        Assert.Equal("3", FlowText.Good(With(ops, "#ref :v")).Steps[0].Env["V"]);
    }

    [Theory]
    [InlineData("{:op :sh :id :a :args [\"id\"]}", "the op `sh` is refused: it runs a program on the host itself")]
    [InlineData("{:op :nos/slurp :id :a :args [\"f\"]}", "the op `nos/slurp` is refused: it reads files of the host")]
    [InlineData(
        "{:op :nos/flow :id :f :args [{:ops [{:op :flow :id :g :args {:ops [{:op :spit :id :h :args []}]}}]}]}",
        "ops[0].args.ops[0].args.ops[0].op: the op `spit` is refused: it writes files of the host")]
    [InlineData(
        "{:op :fx :id :f :args [[:nos/flow {:ops [{:op :download :id :h :args []}]}]]}",
        "the op `download` is refused")]
    [InlineData("{:op :dokcer/run :id :a}", "unknown op `dokcer/run`: did you mean `docker/run`?")]
    [InlineData("{:op :get :id :a :args [#ref :nobody :x]}", "nothing before this is named `nobody`")]
    [InlineData("{:op :data :id :a :deps [:later] :args [1]}", "no op before this one is named `later`")]
    [InlineData("{:op :str :id :a :args [\"x\" #vault :k]}", "`str` joins texts, found a secret")]
    [InlineData("{:op :count :id :a :args [[:nosana/pinata-jwt]]}", "hands out the node's own access")]
    public void What_cannot_be_is_refused_with_the_reason(string op, string problem) =>
        Assert.Contains(problem, FlowText.Problems(With(op, "\"v\"")), StringComparison.Ordinal);

    [Fact]
    public void The_result_of_a_container_is_not_known_before_the_run() => Assert.Contains(
        "what the op `run` gives is known in the run only",
        FlowText.Problems(With("", "\"v\"").Replace(
            "]}", " {:op :get :id :z :args [#ref :run 0]}]}", StringComparison.Ordinal)),
        StringComparison.Ordinal);

    [Fact]
    public void Values_that_grow_without_end_are_refused()
    {
        var ops = "{:op :vec :id :x0 :args [\"aaaaaaaaaaaaaaaa\"]}" + string.Concat(Enumerable.Range(1, 40).Select(i =>
            $"{{:op :concat :id :x{i} :args [[:nos/ref :x{i - 1}] [:nos/ref :x{i - 1}]]}}"));
        Assert.Contains("too much", FlowText.Problems(With(ops, "\"v\"")), StringComparison.Ordinal);
    }

    internal static string Example(string name, [CallerFilePath] string here = "") => File.ReadAllText(
        Path.GetFullPath(Path.Combine(here, "../../../../../examples/nostromo", name + ".edn")));

    private static string With(string ops, string value) =>
        $"{{:ops [{ops} {{:op :container/run :id :run :args {{:image \"i\" :cmds [{{:cmd \"c\"}}] :env {{:V {value}}}}}}}]}}";

    private static void AssertSeed(string text)
    {
        var result = FlowReader.Read(text);
        Assert.Empty(result.Problems);
        var plan = Planner.Plan(result.Flow!, new PlanInputs()).Plan!;
        Assert.Equal("risnbpiy0cqokvl7hekjs", plan.Flow);
        Assert.Equal(["clone", "list"], plan.Steps.Select(s => s.Name));
        Assert.Equal(
            ["git clone https://github.com/unraveled/dummy.git", "ls dummy"], plan.Steps[0].Commands);
        Assert.Equal([new PlanArtifact("dummy.tar", "dummy", true)], plan.Steps[0].Artifacts);
        Assert.Equal([new PlanResource("dummy.tar", "dummy", "clone", true)], plan.Steps[1].Resources);
        Assert.Equal(("ubuntu", null), (plan.Steps[1].Image, plan.Steps[1].WorkspaceFrom));
    }
}
