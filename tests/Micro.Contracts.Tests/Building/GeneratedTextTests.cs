namespace Micro.Contracts.Building;

/// <summary>
/// What the build of this very project made, as a text file: a change of it is a visible difference. Run with
/// <c>MICRO_APPROVE=1</c> to accept it.
/// </summary>
public sealed class GeneratedTextTests
{
    [Theory]
    [InlineData("calls")]
    [InlineData("inner")]
    [InlineData("shelf")]
    [InlineData("tricky_names.v2")]
    public async Task Text_IsTheApprovedOne(string proto)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Generated", $"{proto}.micro.cs"));
        var approved = Repository.PathOf("tests", "Micro.Contracts.Tests", "Approved", $"{proto}.approved.txt");
        if (Environment.GetEnvironmentVariable("MICRO_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(approved, text);
        }

        text.Split('\n').Should().Equal((await File.ReadAllTextAsync(approved)).Split('\n'), "the generated text changed: approve with MICRO_APPROVE=1");
    }
}
