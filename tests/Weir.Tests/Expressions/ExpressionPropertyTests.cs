using System.Text;
using Weir.Engine.Expressions;

namespace Weir.Tests.Expressions;

public sealed class ExpressionPropertyTests
{
    [Fact]
    public void Every_written_tree_parses_to_itself_and_means_the_same()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var text = Make(new Random(seed), depth: 4);
            var (node, error) = ExpressionParser.Parse(text);
            Assert.True(error is null, $"seed {seed}: {text}: {error}");
            var again = ExpressionParser.Parse(node!.ToString()!).Node;
            Assert.Equal(node.ToString(), again!.ToString());
            Assert.Equal(Evaluate(node), Evaluate(again));
        }
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        const string letters = "ab.'\"()[]!=<>&|, 01-${}é\n_steps params";
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (var i = random.Next(60); i > 0; i--) text.Append(letters[random.Next(letters.Length)]);
            Condition.Evaluate(text.ToString(), ExpressionScopes.Rich);
            Condition.Check(text.ToString(), new ExpressionNames());
            Template.Resolve("${{" + text, ExpressionScopes.Rich);
            Template.Check("${{" + text + "}}", new ExpressionNames());
        }
    }

    [Fact]
    public void The_cache_stays_bounded()
    {
        var cache = new ParseCache<int>(capacity: 10, maxKeyLength: 5);
        for (var i = 0; i < 1000; i++) Assert.Equal(i, cache.GetOrAdd($"{i}", int.Parse));
        Assert.InRange(cache.Count, 1, 10);
        Assert.Equal(1000000, cache.GetOrAdd("1000000", int.Parse));
        Assert.Equal(0, new ParseCache<int>(1, 1).GetOrAdd("0", int.Parse));
    }

    private static (string, string?) Evaluate(ExpressionNode node)
    {
        var evaluator = new Evaluator(ExpressionScopes.Rich);
        return (evaluator.Evaluate(node).Text, evaluator.Error);
    }

    private static string Make(Random random, int depth)
    {
        string[] atoms =
        [
            "true", "false", "null", "0", "1", "-2.50", "'a'", "'it''s'", "''", "params.ref", "params['count']",
            "steps.a-b.status",
            "steps['test'].outputs.version", "trigger.files[0]", "run.id", "success()", "always()",
        ];
        if (depth == 0 || random.Next(4) == 0) return atoms[random.Next(atoms.Length)];
        string[] operators = ["==", "!=", "<", "<=", ">", ">=", "&&", "||"];
        return random.Next(5) switch
        {
            0 => $"!{Make(random, depth - 1)}",
            1 => $"({Make(random, depth - 1)})",
            2 => $"contains({Make(random, depth - 1)}, {Make(random, depth - 1)})",
            _ => $"{Make(random, depth - 1)} {operators[random.Next(operators.Length)]} {Make(random, depth - 1)}",
        };
    }
}
