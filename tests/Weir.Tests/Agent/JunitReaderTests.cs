using System.Text;
using Weir.Agent.Reports;
using Weir.Contracts.Runs;

namespace Weir.Tests.Agent;

public sealed class JunitReaderTests
{
    [Fact]
    public void Counts_the_tests_of_every_suite()
    {
        var report = Read(
            """
            <?xml version="1.0"?>
            <testsuites tests="99">
              <testsuite name="outer">
                <testsuite name="inner">
                  <testcase name="good" time="1.5"><system-out>error</system-out></testcase>
                  <testcase name="bad" time="1,000.25"><failure message="not 4 &amp; more"/></testcase>
                </testsuite>
                <testcase name="ugly" classname="a.B"><error><![CDATA[ stack
              at x ]]></error><failure message="again"/></testcase>
                <testcase name="later"><skipped/></testcase>
              </testsuite>
            </testsuites>
            """);

        Assert.Equal((4, 1, 1, 1), (report.Tests, report.Failures, report.Errors, report.Skipped));
        Assert.Equal(1_001_750, report.Milliseconds);
        Assert.Equal(
            [new FailedTest("inner", "bad", "not 4 & more"), new FailedTest("a.B", "ugly", "stack\n  at x")],
            report.Failed);
        Assert.Empty(report.Problems);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuite><testcase name=\"&e;\"/></testsuite>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><testsuite name=\"&b;\"/>")]
    [InlineData("<html><body/></html>")]
    [InlineData("<testsuite><testcase name=\"a\"><failure/></testcase>")]
    [InlineData("not xml at all")]
    [InlineData("")]
    public void What_is_no_report_counts_for_nothing_and_is_told(string text)
    {
        var report = Read(text);
        Assert.Equal((0, 0, 0), (report.Tests, report.Failures, report.Failed.Count));
        Assert.StartsWith("file.xml: ", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Is_bounded_in_depth_and_in_what_it_keeps()
    {
        var deep = string.Concat(Enumerable.Repeat("<testsuite>", 100)) + string.Concat(
            Enumerable.Repeat("</testsuite>", 100));
        Assert.Contains("deep", Assert.Single(Read(deep).Problems), StringComparison.Ordinal);
        var many = string.Concat(
            Enumerable.Repeat($"<testcase name=\"n\"><failure>{new string('x', 9_000)}</failure></testcase>", 300));
        var report = Read($"<testsuite>{many}</testsuite>");
        Assert.Equal((300, 100), (report.Failures, report.Failed.Count));
        Assert.All(report.Failed, test => Assert.True(test.Message.Length <= 2_049));
    }

    private static TestReport Read(string text)
    {
        var reader = new JunitReader();
        reader.Add("file.xml", new MemoryStream(Encoding.UTF8.GetBytes(text)));
        return reader.Report;
    }
}
