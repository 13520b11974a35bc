using Microsoft.CodeAnalysis;

namespace Micro.Generators.Driving;

/// <summary>Tests the diagnostics of invalid contracts, for which nothing is generated.</summary>
public sealed class ProblemTests
{
    private const string Token = "CancellationToken cancellationToken = default";

    public static TheoryData<string, string, string> WrongMembers => new()
    {
        { "int Count { get; }", "MICRO003", "'IOne.Count' of contract 'IOne' is a property, but only methods can be called: make it a method, or give it a body" },
        { "int this[int index] { get; }", "MICRO003", "an indexer" },
        { "event EventHandler Changed;", "MICRO003", "an event" },
        { "static abstract Task<Answer> AskAsync(Question question);", "MICRO003", "a static member" },
        { $"Task<Answer> AskAsync<T>(T question, {Token});", "MICRO004", "Method 'AskAsync' has type parameters" },
        { $"Task<Answer> AskAsync(ref Question question, {Token});", "MICRO005", "Parameter 'question' of 'AskAsync' is 'ref', which does not work over the network: remove 'ref' and return the result" },
        { $"Task<Answer> AskAsync(in Question question, {Token});", "MICRO005", "'in'" },
        { $"Task<Answer> AskAsync(out Question question, {Token});", "MICRO005", "'out'" },
        { $"Task<Answer> AskAsync({Token});", "MICRO006", "Method 'AskAsync' has no request: add a parameter" },
        { $"Task<Answer> AskAsync(Question question, int more, {Token});", "MICRO007", "Parameter 'more' of 'AskAsync' is a second message: an endpoint has one request; put both in one type" },
        { $"Task<Answer> AskAsync(Question question, HandlerContext context, {Token});", "MICRO007", "Handle...(context => new Handler(context))" },
        { $"Task<Answer> AskAsync(Question question, CallOptions options, {Token});", "MICRO007", "the generated client has an overload with them" },
        { $"Task<Answer> AskAsync(Question question, CancellationToken one, CancellationToken two);", "MICRO007", "a second CancellationToken" },
        { $"Task<Answer> AskAsync(Action question, {Token});", "MICRO007", "a Action, which is not a message" },
        { $"Task<Answer> AskAsync(Span<byte> question, {Token});", "MICRO007", "which is not a message" },
        { $"Task<Answer> AskAsync(IAsyncEnumerable<Task<Question>> questions, {Token});", "MICRO007", "which is not a message" },
        { $"Answer Ask(Question question, {Token});", "MICRO008", "Method 'Ask' returns 'Answer': return Task<Answer>" },
        { $"void Ask(Question question, {Token});", "MICRO008", "Method 'Ask' returns 'void': return Task" },
        { $"Task<Task<Answer>> AskAsync(Question question, {Token});", "MICRO008", "return Task<TResponse>, ValueTask<TResponse>, Task, ValueTask or IAsyncEnumerable<TResponse>" },
        { $"ref Answer Ask(Question question, {Token});", "MICRO008", "Method 'Ask' returns 'Answer'" },
        { $"Task<Answer> AskAsync(Question question, {Token}); Task<Answer> Ask(Question question, {Token});", "MICRO009", "Method 'Ask' has the same endpoint 'One.Ask' as 'IOne.AskAsync(Question, CancellationToken)': set another name with" },
        { $"[MicroEndpoint(\"a b\")] Task<Answer> AskAsync(Question question, {Token});", "MICRO010", "'a b' of 'AskAsync' is not a valid name of an endpoint: use letters, digits, '_' and '-', at most 256 characters" },
        { "static int Helper() => 1;", "MICRO011", "Contract 'IOne' has no method to call" },
    };

    public static TheoryData<string, string, string> WrongInterfaces => new()
    {
        { "[MicroContract] public interface IOne<T> { @ }", "MICRO001", "Interface 'IOne<T>' has type parameters" },
        { "public class Outer { [MicroContract] public interface IOne { @ } }", "MICRO002", "Interface 'IOne' is in 'Outer', which is not partial: make it partial, or move the interface out of it" },
        { "public partial class Outer<T> { [MicroContract] public interface IOne { @ } }", "MICRO002", "which has type parameters" },
        { "[MicroContract] file interface IOne { @ }", "MICRO002", "Interface 'IOne' is in 'Contract.cs', which hides it from generated code: remove 'file'" },
        { "[MicroContract(\"a.b\")] public interface IOne { @ }", "MICRO010", "'a.b' of 'IOne' is not a valid name of a contract" },
        { "[MicroContract(Service = \" \")] public interface IOne { @ }", "MICRO010", "is not a valid name of a service" },
        { "[MicroContract] public interface IOne { @ } public class OneClient { }", "MICRO012", "Contract 'IOne' generates 'OneClient', which already exists as a class: rename one of them" },
        { "[MicroContract] public interface IOne { @ } public enum OneContract { }", "MICRO012", "as a enum" },
        { "[MicroContract(JsonContext = typeof(string))] public interface IOne { @ }", "MICRO013", "'string', the JsonContext of contract 'IOne', is not a JsonSerializerContext: derive a partial class from it" },
        { "[MicroContract(JsonContext = typeof(JsonSerializerContext))] public interface IOne { @ }", "MICRO013", "is not a JsonSerializerContext" },
    };

    [Theory]
    [MemberData(nameof(WrongMembers))]
    public Task Analyze_InvalidMember_ReportsProblemAndRemedy(string members, string id, string message) =>
        Analyze_InvalidInterface_ReportsProblemAndRemedy("[MicroContract] public interface IOne { @ }".Replace("@", members, StringComparison.Ordinal), id, message);

    [Theory]
    [MemberData(nameof(WrongInterfaces))]
    public async Task Analyze_InvalidInterface_ReportsProblemAndRemedy(string code, string id, string message)
    {
        code = code.Replace("@", $"Task<Answer> AskAsync(Question question, {Token});", StringComparison.Ordinal);

        var said = await Compiling.AnalyzeAsync(code);

        said.Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Should().ContainSingle(diagnostic => diagnostic.Id == id)
            .Which.GetMessage(null).Should().Contain(message);
        Compiling.Generate(code).Files.Should().BeEmpty("half a contract would hide what is wrong behind errors of the compiler");
    }

    [Fact]
    public async Task Analyze_TwoContractsWithOneClient_BothAreReported()
    {
        var said = await Compiling.AnalyzeAsync("""
            [MicroContract] public interface IOne { Task<Answer> AskAsync(Question question, CancellationToken token = default); }
            [MicroContract] public interface One { Task<Answer> AskAsync(Question question, CancellationToken token = default); }
            """);

        said.Select(static diagnostic => diagnostic.Id).Should().Equal("MICRO012", "MICRO012");
    }

    [Fact]
    public async Task Analyze_JsonContextWithoutMessages_WarnsOncePerType()
    {
        const string Code = """
            [MicroContract(JsonContext = typeof(Context))]
            public interface IOne
            {
                Task<Answer> AskAsync(Question question, CancellationToken token = default);
                Task<Google.Protobuf.WellKnownTypes.Empty> SendAsync(byte[] bytes, CancellationToken token = default);
                IAsyncEnumerable<Answer> StreamAsync(IAsyncEnumerable<Question> questions, CancellationToken token = default);
            }

            [JsonSerializable(typeof(Question))]
            public abstract class Base : JsonSerializerContext { protected Base() : base(null) { } }
            [JsonSerializable(typeof(Question))]
            public partial class Context : Base { }
            """;

        var said = await Compiling.AnalyzeAsync(Code);

        said.Should().ContainSingle().Which.GetMessage(null)
            .Should().Be("'Context', the JsonContext of contract 'IOne', does not list 'Answer', so 'Answer' needs reflection: add [JsonSerializable(typeof(Answer))] to it");
        said[0].Severity.Should().Be(DiagnosticSeverity.Warning);
        Compiling.Generate(Code).Files.Should().ContainSingle();
    }

    [Theory]
    [InlineData("public class Hidden { private int _number; internal string? Text { get; set; } public int Sum() => _number; }")]
    [InlineData("public struct Hidden { internal int Number; public static int Shared { get; set; } }")]
    [InlineData("public class Base { private int _number = 1; public int Get() => _number; } public class Hidden : Base;")]
    public async Task Analyze_MessageWithPrivateStateOnly_Warns(string type)
    {
        var code = $"[MicroContract] public interface IOne {{ Task<Hidden> AskAsync(Question question, {Token}); Task SendAsync(IAsyncEnumerable<Hidden> hidden, {Token}); }} {type}";

        var said = await Compiling.AnalyzeAsync(code);

        said.Select(static diagnostic => diagnostic.Id).Should().Equal("MICRO016", "MICRO016");
        said[0].GetMessage(null).Should().StartWith("Message 'Hidden' of 'AskAsync' would be sent empty, because it has no public property or field: make its members public");
    }

    [Theory]
    [InlineData("public class One;")]
    [InlineData("public record One;")]
    [InlineData("public class One { public int Number; }")]
    [InlineData("public class One { [JsonInclude] internal int Number; }")]
    [InlineData("public class Base { public int Number { get; set; } } public class One : Base { private int _number = 1; public int Get() => _number; }")]
    [InlineData("[JsonConverter(typeof(JsonStringEnumConverter))] public class One { private int _number = 1; public int Get() => _number; }")]
    [InlineData("public class One : List<int> { private int _number = 1; public int Get() => _number; }")]
    public async Task Analyze_MessageWithPublicStateOrNone_ReportsNothing(string type) =>
        (await Compiling.AnalyzeAsync($"[MicroContract] public interface IOne {{ Task<(int A, System.Numerics.Vector3 B)> AskAsync(One one, {Token}); }} {type.Replace("One", "Own", StringComparison.Ordinal)} public class One {{ public Own? Own {{ get; set; }} }} [MicroContract] public interface ITwo {{ Task<byte[]> AskAsync(Own own, {Token}); }}"))
            .Should().BeEmpty();

    [Fact]
    public async Task Analyze_NoToken_WarnsAndGenerates()
    {
        const string Code = "[MicroContract] public interface IOne { Task<Answer> AskAsync(Question question); }";

        var said = await Compiling.AnalyzeAsync(Code);

        said.Should().ContainSingle().Which.Id.Should().Be("MICRO015");
        Compiling.Generate(Code).Said.Should().BeEmpty();
    }

    [Fact]
    public void Compile_AttributeOnAClass_IsTheCompilersError() =>
        Compiling.Generate("[MicroContract] public class One { }").Said.Should().ContainSingle().Which.Id.Should().Be("CS0592");

    [Fact]
    public void Analyze_EveryProblem_HasATest() =>
        WrongMembers.Concat(WrongInterfaces).Select(static row => (string)row[1]).Concat(["MICRO014", "MICRO015", "MICRO016"]).Distinct()
            .Should().BeEquivalentTo(new ContractAnalyzer().SupportedDiagnostics.Select(static descriptor => descriptor.Id));
}
