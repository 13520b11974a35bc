namespace Micro.Generators.Driving;

/// <summary>Every legal name of a namespace, type, method or parameter results in code that compiles.</summary>
public sealed class NameTests
{
    private const string Method = "Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);";

    [Theory]
    [InlineData("namespace Acme.@event;\n[MicroContract] public interface IOne { @ }")]
    [InlineData("namespace @namespace.@class;\n[MicroContract] public interface @event { @ }")]
    [InlineData("namespace @record.var;\npublic partial class @struct { public partial interface @await { [MicroContract] public interface IOne { @ } } }")]
    [InlineData("namespace Grüße.Ελλάδα;\n[MicroContract(\"One\", Service = \"one\")] public interface I日本 { @ }")]
    [InlineData("[MicroContract(\"One\", Service = \"one\")] public interface I_\u0061\u0301\u200dx { @ }")]
    [InlineData("namespace Micro.Acme.System;\n[MicroContract] public interface IOne { @ }")]
    public void Generate_LegalName_Compiles(string code)
    {
        var (files, said) = Compiling.Generate(code.Replace("{ @ }", $"{{ {Method} }}", StringComparison.Ordinal));

        said.Should().BeEmpty();
        files.Should().ContainSingle();
    }

    [Fact]
    public void Generate_NamesThatDifferInCase_AllAreMade()
    {
        var (files, said) = Compiling.Generate($$"""
            namespace Acme { [MicroContract] public interface IOne { {{Method}} } [MicroContract] public interface IONE { {{Method}} } }
            namespace acme { [MicroContract] public interface IOne { {{Method}} } }
            """);

        said.Should().BeEmpty();
        files.Should().HaveCount(3);
        files.Keys.Should().OnlyHaveUniqueItems(static name => name.ToUpperInvariant());
    }

    [Fact]
    public void Generate_Twice_FilesKeepTheirNames()
    {
        const string Code = "namespace Acme.Greeting;\n[MicroContract] public interface IOne { " + Method + " }";

        Compiling.Generate(Code).Files.Keys.Should().Equal("Acme.Greeting.IOne.7ce0851f.Micro.g.cs");
    }

    [Theory]
    [InlineData("_client")]
    [InlineData("_service")]
    [InlineData("_options")]
    [InlineData("_repeatable")]
    [InlineData("WithTypes")]
    [InlineData("Repeatable")]
    [InlineData("AskAsync")]
    [InlineData("OneClient")]
    [InlineData("options")]
    [InlineData("callOptions")]
    [InlineData("cancellationToken")]
    [InlineData("client")]
    [InlineData("service")]
    [InlineData("context")]
    [InlineData("request")]
    [InlineData("requests")]
    [InlineData("create")]
    [InlineData("handler")]
    [InlineData("types")]
    [InlineData("binder")]
    [InlineData("global")]
    [InlineData("Micro")]
    [InlineData("System")]
    [InlineData("value")]
    [InlineData("field")]
    [InlineData("await")]
    [InlineData("async")]
    [InlineData("scoped")]
    [InlineData("_")]
    [InlineData("@this")]
    [InlineData("@default")]
    public void Generate_ParameterNamedAsGeneratedCode_Compiles(string name)
    {
        foreach (var other in new[] { "options", "callOptions" }.Where(other => other != name))
        {
            var (files, said) = Compiling.Generate(Members(
                $"[Idempotent] Task<Answer> AskAsync(Question {name}, CancellationToken {other} = default);",
                $"Task<Answer> SumAsync(CancellationToken {name}, IAsyncEnumerable<Question> {other});",
                $"ValueTask TellAsync(Question {name});",
                $"IAsyncEnumerable<Answer> WatchAsync(Question {name}, CancellationToken {other} = default);"));

            said.Should().BeEmpty();
            files.Should().ContainSingle();
        }
    }

    [Theory]
    [InlineData("_client")]
    [InlineData("_service")]
    [InlineData("_options")]
    [InlineData("_repeatable")]
    [InlineData("WithTypes")]
    [InlineData("Repeatable")]
    [InlineData("Bind")]
    [InlineData("Binding")]
    [InlineData("OneContract")]
    [InlineData("ServiceName")]
    [InlineData("create")]
    [InlineData("@await")]
    [InlineData("@class")]
    public void Generate_MethodNamedAsGeneratedCode_Compiles(string name)
    {
        var (files, said) = Compiling.Generate(Members($"[Idempotent] Task<Answer> {name}(Question question, CancellationToken token = default);", $"Task {name}2(Question question, CancellationToken token = default);"));

        said.Should().BeEmpty();
        files.Should().ContainSingle();
    }

    private static string Members(params string[] members) => $$"""
        [MicroContract(JsonContext = typeof(Context))]
        internal interface IOne
        {
            {{string.Join("\n    ", members)}}
        }

        [JsonSerializable(typeof(Question)), JsonSerializable(typeof(Answer))]
        internal sealed class Context() : JsonSerializerContext(null)
        {
            public static Context Default { get; } = new();

            protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null;

            public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(Type type) => null;
        }
        """;
}
