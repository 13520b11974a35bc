using Micro.Settings;

namespace Micro.Tests.Settings;

/// <summary>Tests sizes as flags hold them.</summary>
public sealed class ByteSizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("5000000", 5_000_000)]
    [InlineData("64KiB", 65_536)]
    [InlineData("16mib", 16_777_216)]
    [InlineData("1GiB", 1_073_741_824)]
    [InlineData("2147483647", int.MaxValue)]
    public void Parse_Size_IsItsBytes(string text, int bytes) => ByteSizeText.Parse(text).Should().Be(bytes);

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("16MB")]
    [InlineData("1.5MiB")]
    [InlineData("-1")]
    [InlineData("2GiB")]
    [InlineData("99999999999GiB")]
    public void Parse_NoSize_IsAnErrorThatSaysHow(string text) =>
        FluentActions.Invoking(() => ByteSizeText.Parse(text)).Should().Throw<FormatException>().WithMessage($"size '{text}' must be a number of bytes, also with KiB, MiB or GiB, such as 16MiB");

    [Theory]
    [InlineData(1000, "1000")]
    [InlineData(1536, "1536")]
    [InlineData(65_536, "64KiB")]
    [InlineData(4_194_304, "4MiB")]
    public void Format_Bytes_HaveTheLargestWholeUnit(int bytes, string text) => ByteSizeText.Format(bytes).Should().Be(text);
}
