namespace Micro.Generators.Driving;

/// <summary>Tests the code fixes for invalid contracts.</summary>
public sealed class FixTests
{
    [Theory]
    [InlineData("Answer Ask(Question question, CancellationToken token = default);", "Task<Answer> Ask(Question question, CancellationToken token = default);")]
    [InlineData("void Ask(Question question, CancellationToken token = default);", "Task Ask(Question question, CancellationToken token = default);")]
    [InlineData("List<Answer> Ask(Question question, CancellationToken token = default);", "Task<List<Answer>> Ask(Question question, CancellationToken token = default);")]
    public async Task ReturnTask_WrongReturn_ReturnsATaskOfIt(string before, string after)
    {
        var (titles, text) = await Fixing.ApplyAsync(new ReturnTaskFix(), Contract(before));

        titles.Should().Equal($"Return {after[..after.IndexOf(" Ask", StringComparison.Ordinal)]}");
        text.Should().Be(Contract(after));
        (await Compiling.AnalyzeAsync(text)).Should().BeEmpty();
    }

    [Fact]
    public async Task ReturnTask_TaskOfATask_OffersNothing() =>
        (await Fixing.ApplyAsync(new ReturnTaskFix(), Contract("Task<Task<Answer>> Ask(Question question, CancellationToken token = default);"))).Titles.Should().BeEmpty();

    [Fact]
    public async Task AddCancellationToken_Missing_IsAddedAtTheEnd()
    {
        var (titles, text) = await Fixing.ApplyAsync(new AddCancellationTokenFix(), Contract("Task<Answer> AskAsync(Question question);"));

        titles.Should().Equal("Add a CancellationToken");
        text.Should().Be(Contract("Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);"));
        (await Compiling.AnalyzeAsync(text)).Should().BeEmpty();
    }

    [Fact]
    public async Task AddCancellationToken_NamespaceNotImported_ImportsIt()
    {
        const string Usings = "public sealed class Question { }";
        var code = "using Micro;\n\n" + Contract("System.Threading.Tasks.Task AskAsync(Question question);");

        var (_, text) = await Fixing.ApplyAsync(new AddCancellationTokenFix(), code, Usings);

        text.Should().StartWith("using Micro;\nusing System.Threading;\n").And.Contain("AskAsync(Question question, CancellationToken cancellationToken = default);");
    }

    [Fact]
    public async Task NameEndpoint_TakenOne_NamesAFreeOne()
    {
        const string First = "Task<Answer> AskAsync(Question question, CancellationToken token = default);\n    Task<Answer> Ask2Async(Question question, CancellationToken token = default);\n\n";
        var code = Contract(First + "    /// <summary>Asks by text.</summary>\n    Task<Answer> AskAsync(string question, CancellationToken token = default);");

        var (titles, text) = await Fixing.ApplyAsync(new NameEndpointFix(), code);

        titles.Should().Equal("Name the endpoint 'Ask3'");
        text.Should().Be(Contract(First + "    /// <summary>Asks by text.</summary>\n    [MicroEndpoint(\"Ask3\")]\n    Task<Answer> AskAsync(string question, CancellationToken token = default);"));
        (await Compiling.AnalyzeAsync(text)).Should().BeEmpty();
    }

    [Fact]
    public async Task NameEndpoint_NamedAlready_ChangesTheName()
    {
        const string First = "Task<Answer> AskAsync(Question question, CancellationToken token = default);\n\n    ";

        var (_, text) = await Fixing.ApplyAsync(
            new NameEndpointFix(), Contract(First + "[MicroEndpoint(\"Ask\")]\n    Task<Answer> TellAsync(Question question, CancellationToken token = default);"));

        text.Should().Be(Contract(First + "[MicroEndpoint(\"Ask2\")]\n    Task<Answer> TellAsync(Question question, CancellationToken token = default);"));
    }

    [Fact]
    public async Task ListJsonType_Missing_IsListed()
    {
        const string Interface = "[MicroContract(JsonContext = typeof(Context))]\npublic interface IOne\n{\n    Task<Answer> AskAsync(Question question, CancellationToken token = default);\n}\n\n";
        const string Context = "[JsonSerializable(typeof(Question))]\npublic abstract class Base() : JsonSerializerContext(null);\n\n/// <summary>Of the contract.</summary>\n";

        var (titles, text) = await Fixing.ApplyAsync(
            new ListJsonTypeFix(), Interface + Context + "[JsonSerializable(typeof(Question))]\npublic partial class Context : Base;\n");

        titles.Should().Equal("Add [JsonSerializable] to Context");
        text.Should().Be(Interface + Context + "[JsonSerializable(typeof(Answer))]\n[JsonSerializable(typeof(Question))]\npublic partial class Context : Base;\n");
        (await Compiling.AnalyzeAsync(text)).Should().BeEmpty();
    }

    private static string Contract(string members) => $"[MicroContract]\npublic interface IOne\n{{\n    {members}\n}}\n";
}
