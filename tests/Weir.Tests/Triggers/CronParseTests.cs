using Weir.Engine.Triggers;

namespace Weir.Tests.Triggers;

public sealed class CronParseTests
{
    [Theory]
    [InlineData("0 3 * * 1-5", "at 03:00, Monday to Friday")]
    [InlineData("0 3 * * *", "at 03:00, every day")]
    [InlineData("0 3,15 * * *", "at 03:00 and 15:00, every day")]
    [InlineData("30 6 1,15 * *", "at 06:30, on day 1 and 15 of the month")]
    [InlineData("15 10 1 JAN-MAR,7 *", "at 10:15, on day 1 of the month, in January to March and July")]
    [InlineData("0 9 1 * MON", "at 09:00, on day 1 of the month or Monday")]
    [InlineData("0 9 */10 * MON", "at 09:00, on day 1, 11, 21 and 31 of the month if it is Monday")]
    [InlineData("0 9 * * FRI-SUN", "at 09:00, Friday to Sunday")]
    [InlineData("0 9 * * 6,7", "at 09:00, Saturday and Sunday")]
    [InlineData("0 9 L * *", "at 09:00, on the last day of the month")]
    [InlineData("0 9 * * 5L,MON#2", "at 09:00, the last Friday of the month and the second Monday of the month")]
    [InlineData("* * * * *", "every minute, every day")]
    [InlineData("*/15 * * * *", "every 15 minutes, every day")]
    [InlineData("*/15 9-17 * * mon-fri", "every 15 minutes, from 09:00 to 17:45, Monday to Friday")]
    [InlineData("0 9-17 * * *", "every hour from 09:00 to 17:00, every day")]
    [InlineData("30 * * * *", "at minute 30, every hour, every day")]
    [InlineData("5,10-12 * * * *", "at minutes 5 and 10 to 12, every hour, every day")]
    [InlineData("0 */2 * * *", "every 2 hours, every day")]
    [InlineData("10 1,2,5,7,9 * * *", "at minute 10, in the hours 1, 2, 5, 7 and 9, every day")]
    [InlineData("* * * * * *", "every second, every day")]
    [InlineData("*/20 * * * * *", "every 20 seconds, every day")]
    [InlineData("10 * * * * *", "at second 10, every minute, every day")]
    [InlineData("30 0 3 * * *", "at 03:00:30, every day")]
    [InlineData("@hourly", "every hour, every day")]
    [InlineData("@daily", "at 00:00, every day")]
    [InlineData("@Weekly", "at 00:00, Sunday")]
    [InlineData("@monthly", "at 00:00, on day 1 of the month")]
    [InlineData("@yearly", "at 00:00, on day 1 of the month, in January")]
    [InlineData("  0\t3  ? * ?  ", "at 03:00, every day")]
    public void An_expression_is_read_and_said_in_words(string text, string words) =>
        Assert.Equal(words, CronDescription.Of(Cron.Expression(text)));

    [Fact]
    public void A_schedule_is_said_with_its_zone() =>
        Assert.Equal(
            "at 03:00, Monday to Friday; and at 05:00, Saturday and Sunday, Europe/Madrid",
            CronDescription.Of(Cron.Schedule("Europe/Madrid", "0 3 * * 1-5", "0 5 * * 6,0")));

    [Theory]
    [InlineData("", "1:1: is empty: write five fields, minute, hour, day of the month, month and day of the week")]
    [InlineData("0 3 * *", "1:7: has 4 fields, but needs 5, or 6 with the seconds first")]
    [InlineData("0 0 3 * * * 2027", "1:13: has 7 fields, but needs 5, or 6 with the seconds first; a field for years is not supported")]
    [InlineData("60 3 * * *", "1:1: `60` is no minute, which goes from 0 to 59")]
    [InlineData("0 24 * * *", "1:3: `24` is no hour, which goes from 0 to 23")]
    [InlineData("0 3 0 * *", "1:5: `0` is no day of the month, which goes from 1 to 31")]
    [InlineData("0 3 * 13 *", "1:7: `13` is no month, which goes from 1 to 12")]
    [InlineData("0 3 * * 8", "1:9: `8` is no day of the week, which goes from 0 to 7")]
    [InlineData("0 3 * * MNO", "1:9: `MNO` is no day of the week: did you mean `MON`?")]
    [InlineData("0 3 * JNA *", "1:7: `JNA` is no month: did you mean `JAN`?")]
    [InlineData("x 3 * * *", "1:1: `x` is no minute: write a number from 0 to 59, a range `a-b`, a list `a,b`, or `*`")]
    [InlineData("0 22-2 * * *", "1:3: `22-2` runs backwards: write `22-23,0-2` to go on from the beginning")]
    [InlineData("0 3 * * FRI-MON", "1:9: `FRI-MON` runs backwards: write `5-7,1-1` to go on from the beginning")]
    [InlineData("*/0 * * * *", "1:3: `0` is no step: after `/` stands a whole number from 1")]
    [InlineData("*/ * * * *", "1:3: `` is no step: after `/` stands a whole number from 1")]
    [InlineData("*/90 * * * *", "1:3: a step of 90 leaves only the first value; write that value alone")]
    [InlineData("0,,1 * * * *", "1:3: the list of the field `minute` has an empty place")]
    [InlineData("0 3 15W * *", "1:5: `15W` is no day of the month: the nearest weekday (`W`) is not supported")]
    [InlineData("0 3 * * L", "1:9: `L` is no day of the week: the last of a weekday is written `5L`")]
    [InlineData("0 3 * * 1#6", "1:11: after `#` stands which of the month it is, 1 to 5")]
    [InlineData("0 3 31 2 *", "1:5: never comes: no year has such a day in such a month")]
    [InlineData("0 3 31 4,6,9,11 *", "1:5: never comes: no year has such a day in such a month")]
    [InlineData("0 3 */30 * MON#2", "1:5: never comes: no year has such a day in such a month")]
    [InlineData("@dayly", "1:1: `@dayly` is no name of a schedule: did you mean `@daily`?")]
    [InlineData("@daily 3", "1:8: nothing may follow a name such as @daily")]
    [InlineData("-1 3 * * *", "1:1: `-1` is no minute: write a number from 0 to 59, a range `a-b`, a list `a,b`, or `*`")]
    public void A_wrong_expression_is_refused_with_the_column(string text, string problem) =>
        Assert.Equal(problem, Assert.Single(CronExpression.Parse(text).Problems).ToString());

    [Fact]
    public void All_problems_of_an_expression_are_told() =>
        Assert.Equal([1, 4, 8, 11], CronExpression.Parse("61 x 1,99 13 *").Problems.Select(problem => problem.Column));

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        const string Letters = "0123579*/-,#?LWMONFEB@ daily";
        var random = new Random(5);
        for (var round = 0; round < 5000; round++)
        {
            var text = new string(random.GetItems<char>(Letters, random.Next(20)));
            var (expression, problems) = CronExpression.Parse(random.Next(2) == 0 ? text : $"0 0 {text}");
            Assert.Equal(expression is null, problems.Count > 0);
            if (expression is not null) Assert.NotEmpty(CronDescription.Of(expression));
        }
    }
}
