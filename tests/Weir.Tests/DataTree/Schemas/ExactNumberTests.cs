using System.Globalization;
using System.Numerics;
using System.Text;
using Weir.Engine.DataTree.Schemas.Values;

namespace Weir.Tests.DataTree.Schemas;

/// <summary>Numbers as JSON writes them, against whole numbers of any size.</summary>
public sealed class ExactNumberTests
{
    // Everything is scaled by this power of ten, so that a whole number says the same.
    private const int Scale = 12;

    [Fact]
    public void Order_and_multiples_are_those_of_whole_numbers()
    {
        var random = new Random(7);
        for (var round = 0; round < 5000; round++)
        {
            var (left, leftWhole) = Draw(random);
            var (right, rightWhole) = Draw(random);
            Assert.Equal(leftWhole.CompareTo(rightWhole), Math.Sign(left.ComparedTo(right)));
            Assert.Equal(leftWhole == rightWhole, left.ToString() == right.ToString());
            Assert.Equal(leftWhole % BigInteger.Pow(10, Scale) == 0, left.IsWhole);
            if (rightWhole > 0) Assert.Equal(leftWhole % rightWhole == 0, left.IsMultipleOf(right));
        }
    }

    [Fact]
    public void Only_exponents_that_cannot_be_counted_are_refused()
    {
        Assert.Null(ExactNumber.Read("1e123456789012345678"u8));
        Assert.NotNull(ExactNumber.Read("1e-00000000000000000000000000012345678901234567"u8));
    }

    private static (ExactNumber Number, BigInteger Scaled) Draw(Random random)
    {
        var text = new StringBuilder(random.Next(2) == 0 ? "-" : "");
        var value = random.Next(3) == 0 ? 0 : random.NextInt64(1, random.Next(2) == 0 ? 30 : long.MaxValue);
        var whole = value.ToString(CultureInfo.InvariantCulture);
        var fraction = random.Next(2) == 0 ? "" : random.Next(1, 1000).ToString("D4", CultureInfo.InvariantCulture);
        var exponent = random.Next(-8, 9);
        text.Append(whole);
        if (fraction.Length > 0) text.Append('.').Append(fraction);
        if (exponent != 0) text.Append(CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? 'e' : 'E')}{exponent:+0;-0}");
        var scale = BigInteger.Pow(10, Scale + exponent - fraction.Length);
        var scaled = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture) * scale;
        return (ExactNumber.Read(Encoding.ASCII.GetBytes(text.ToString()))!.Value, text[0] == '-' ? -scaled : scaled);
    }
}
