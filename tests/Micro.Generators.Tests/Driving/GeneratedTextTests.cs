namespace Micro.Generators.Driving;

/// <summary>
/// Compares the generated text of small contracts with approved files. Run with <c>MICRO_APPROVE=1</c> to accept a change.
/// </summary>
public sealed class GeneratedTextTests
{
    public static TheoryData<string, string> Contracts => new()
    {
        {
            "Kinds", """
            namespace Acme.Greeting;

            [MicroContract(Service = "acme.greeter")]
            public interface IGreeter
            {
                [Idempotent]
                Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);

                ValueTask TellAsync(Question question);

                [MicroEndpoint("Watch")]
                IAsyncEnumerable<Answer> StreamAsync(Question question, CancellationToken cancellationToken = default);

                [Obsolete("ask \"one\"")]
                ValueTask<Answer> SumAsync(CancellationToken stop, IAsyncEnumerable<Question> options);

                IAsyncEnumerable<Answer> TalkAsync(IAsyncEnumerable<Question> questions, CancellationToken cancellationToken = default);
            }
            """
        },
        {
            "Json", """
            [MicroContract("Old-Name", JsonContext = typeof(Context))]
            internal interface Plain : IBase
            {
                [Idempotent]
                Task<Answer?> @class(Question @event, CancellationToken @in = default);
            }

            public interface IBase
            {
                Task<byte[]> BytesAsync(string text, CancellationToken cancellationToken = default);
            }

            [JsonSerializable(typeof(Question)), JsonSerializable(typeof(Answer)), JsonSerializable(typeof(string))]
            internal sealed class Context() : JsonSerializerContext(null)
            {
                public static Context Default { get; } = new();

                protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null;

                public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(Type type) => null;
            }
            """
        },
        {
            "Nested", """
            namespace Acme;

            internal static partial class Outer
            {
                public partial record struct Inner
                {
                    [MicroContract, Obsolete]
                    private protected interface IHidden
                    {
                        Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);
                    }
                }
            }
            """.Replace("private protected", "private", StringComparison.Ordinal)
        },
    };

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Text_MatchesTheApprovedText_AndCompilesWithoutWarnings(string name, string code)
    {
        var (files, said) = Compiling.Generate(code);

        said.Should().BeEmpty();
        var text = files.Should().ContainSingle().Which.Value;
        var approved = Repository.PathOf("tests", "Micro.Generators.Tests", "Approved", $"{name}.approved.txt");
        if (Environment.GetEnvironmentVariable("MICRO_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(approved, text);
        }

        text.Split('\n').Should().Equal((await File.ReadAllTextAsync(approved)).Split('\n'), "the generated text changed: approve with MICRO_APPROVE=1");
    }

    [Fact]
    public void Generate_WithoutThePackageMicro_HandlersGoToServersOnly()
    {
        var (files, said) = Compiling.Generate(Contracts.First()[1].ToString()!, withMicro: false);

        said.Should().BeEmpty();
        files.Values.Single().Should().Contain("this global::Micro.Server.IEndpointCollection endpoints").And.NotContain("IMicroBuilder").And.NotContain("MicroService");
    }

    [Fact]
    public void Generate_SameNameInTwoNamespaces_BothAreMade()
    {
        var (files, said) = Compiling.Generate("""
            namespace A { [MicroContract] public interface IOne { Task<Answer> AskAsync(Question question, CancellationToken token = default); } }
            namespace B { [MicroContract] public interface IOne { Task<Answer> AskAsync(Question question, CancellationToken token = default); } }
            """);

        said.Should().BeEmpty();
        files.Keys.Should().SatisfyRespectively(static one => one.Should().StartWith("A.IOne."), static two => two.Should().StartWith("B.IOne."));
    }

    [Fact]
    public void Generate_OfPartialInterface_MadeOnce()
    {
        var (files, said) = Compiling.Generate("""
            [MicroContract] public partial interface IOne { Task<Answer> AskAsync(Question question, CancellationToken token = default); }
            public partial interface IOne { Task<Answer> TellAsync(Question question, CancellationToken token = default); }
            public sealed partial class OneClient { public string Mine => "mine"; }
            """);

        said.Should().BeEmpty();
        files.Values.Should().ContainSingle().Which.Should().Contain("One.Ask").And.Contain("One.Tell");
    }
}
