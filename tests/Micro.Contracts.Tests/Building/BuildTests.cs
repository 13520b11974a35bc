namespace Micro.Contracts.Building;

/// <summary>The build step as MSBuild runs it.</summary>
public sealed class BuildTests
{
    private const string Say = "syntax = \"proto3\";\npackage talk;\nservice Talk {\n  rpc Say(Word) returns (Word);\n}\nmessage Word { string text = 1; }\n";

    private const string SayAndAsk = "syntax = \"proto3\";\npackage talk;\nservice Talk {\n  rpc Say(Word) returns (Word);\n  rpc Ask(Word) returns (Word);\n}\nmessage Word { string text = 1; }\n";

    [Fact]
    public async Task Build_NothingChanged_RegeneratesNothing()
    {
        using var scratch = Scratch.WithoutCompiler();
        scratch.Write("talk.proto", Say);
        scratch.Write("other/talk.proto", "syntax = \"proto3\";\npackage other;\nimport \"talk.proto\";\nservice Talk { rpc Say(talk.Word) returns (talk.Word); }\n");
        await BuildAsync(scratch);
        scratch.Read("obj/talk.micro.cs").Should().Contain("namespace Talk\n").And.Contain("\"Talk.Say\"");
        scratch.Read("obj/other/talk.micro.cs").Should().Contain("namespace Other\n").And.Contain("global::Talk.Word");
        var made = Times(scratch);

        await BuildAsync(scratch);

        Times(scratch).Should().Equal(made);
    }

    [Fact]
    public async Task Build_OneFileChanged_RegeneratesItAndWhatImportsIt()
    {
        using var scratch = Scratch.WithoutCompiler();
        scratch.Write("talk.proto", SayAndAsk);
        scratch.Write("other.proto", "syntax = \"proto3\";\nimport \"talk.proto\";\nservice Other { rpc Say(talk.Word) returns (talk.Word); }\n");
        scratch.Write("third.proto", "syntax = \"proto3\";\nservice Third { rpc Say(Thing) returns (Thing); }\nmessage Thing {}\n");
        await BuildAsync(scratch);
        var third = File.GetLastWriteTimeUtc(scratch.PathOf("obj/third.micro.cs"));

        scratch.Write("talk.proto", Say.Replace("package talk;", "package talk;\noption csharp_namespace = \"Changed\";", StringComparison.Ordinal));
        await BuildAsync(scratch);

        scratch.Read("obj/talk.micro.cs").Should().NotContain("Talk.Ask").And.Contain("Talk.Say");
        scratch.Read("obj/other.micro.cs").Should().Contain("global::Changed.Word");
        File.GetLastWriteTimeUtc(scratch.PathOf("obj/third.micro.cs")).Should().Be(third);
    }

    [Fact]
    public async Task Build_FileDeletedFromObj_IsMadeAgain()
    {
        using var scratch = Scratch.WithoutCompiler();
        scratch.Write("talk.proto", Say);
        await BuildAsync(scratch);
        var text = scratch.Read("obj/talk.micro.cs");

        foreach (var lost in new[] { "obj/talk.micro.cs", "obj/talk.protoset" })
        {
            File.Delete(scratch.PathOf(lost));
            await BuildAsync(scratch);
            File.Exists(scratch.PathOf(lost)).Should().BeTrue(lost);
            scratch.Read("obj/talk.micro.cs").Should().Be(text);
        }
    }

    [Fact]
    public async Task Build_PartsAndVisibility_AreChosenPerItem()
    {
        using var scratch = Scratch.WithoutCompiler(
            """
            <Protobuf Include="a.proto" MicroServices="Server" Access="Internal" />
            <Protobuf Include="b.proto" MicroServices="Client" />
            <Protobuf Include="c.proto" MicroServices="None" />
            """);
        foreach (var name in new[] { "a", "b", "c" })
        {
            scratch.Write($"{name}.proto", Say.Replace("talk", name, StringComparison.Ordinal));
        }

        await BuildAsync(scratch);

        scratch.Read("obj/a.micro.cs").Should().Contain("internal static partial class Talk").And.Contain("class HandlerBase").And.NotContain("class Client");
        scratch.Read("obj/b.micro.cs").Should().Contain("public static partial class Talk").And.Contain("class Client").And.NotContain("class HandlerBase");
        File.Exists(scratch.PathOf("obj/c.micro.cs")).Should().BeFalse();
        File.Exists(scratch.PathOf("obj/C.cs")).Should().BeTrue("messages are made all the same");
    }

    [Theory]
    [InlineData("rpc say(Word) returns (Word);", "(5,3): error MICRO1002: rpc say becomes endpoint Talk.Say, which rpc Say is already")]
    [InlineData("} service talk { rpc Ask(Word) returns (Word);", "(5,5): error MICRO1001: service talk becomes class Talk, which is service Talk already")]
    [InlineData("} service word { rpc Ask(Word) returns (Word);", "(5,5): error MICRO1001: service word becomes class Word, which is message Word of talk.proto already")]
    [InlineData("} service talk_reflection { rpc Ask(Word) returns (Word);", "(5,5): error MICRO1001: service talk_reflection becomes class TalkReflection, which is the class with the descriptor of talk.proto already")]
    [InlineData("rpc Ask(Word) returns (Nobody);", "(5,26): error")]
    public async Task Build_WrongFile_ErrorWithFileAndLine(string addition, string expected)
    {
        using var scratch = Scratch.WithoutCompiler();
        scratch.Write("talk.proto", Say.Replace("returns (Word);\n", $"returns (Word);\n  {addition}\n", StringComparison.Ordinal));

        var (code, output) = await scratch.RunAsync("msbuild", "scratch.proj");

        code.Should().NotBe(0);
        output.Should().Contain("talk.proto" + expected);
        File.Exists(scratch.PathOf("obj/talk.micro.cs")).Should().BeFalse("a file in error is not written");
    }

    [Fact]
    public async Task Build_LongNamesAndWrongParts_AreErrors()
    {
        using var scratch = Scratch.WithoutCompiler("""<Protobuf Include="talk.proto" /><Protobuf Include="b.proto" MicroServices="Neither" />""");
        scratch.Write("talk.proto", Say.Replace("rpc Say", $"rpc {new string('S', 300)}", StringComparison.Ordinal));
        scratch.Write("b.proto", Say.Replace("talk", "b", StringComparison.Ordinal));

        var (code, output) = await scratch.RunAsync("msbuild", "scratch.proj");

        code.Should().NotBe(0);
        output.Should().Contain("talk.proto(4,3): error MICRO1003").And.Contain("b.proto(1,1): error MICRO1004: MicroServices is 'Neither'");
    }

    [Fact]
    public async Task Build_RpcRemoved_HandlerNoLongerCompiles()
    {
        using var scratch = Scratch.Library();
        scratch.Write("talk.proto", SayAndAsk);
        scratch.Write(
            "Handler.cs",
            """
            namespace Talk;

            using System.Threading.Tasks;
            using Micro.Server;

            internal sealed class Handler : Talk.HandlerBase
            {
                public override Task<Word> Ask(Word request, HandlerContext context) => Task.FromResult(request);
            }
            """);
        var (built, first) = await scratch.RunAsync("build");
        built.Should().Be(0, first);

        scratch.Write("talk.proto", Say);
        var (rebuilt, second) = await scratch.RunAsync("build", "--no-restore");

        rebuilt.Should().NotBe(0);
        second.Should().Contain("Handler.cs").And.Contain("CS0115");
    }

    private static async Task BuildAsync(Scratch scratch)
    {
        var (code, output) = await scratch.RunAsync("msbuild", "scratch.proj");
        code.Should().Be(0, output);
    }

    private static List<(string File, DateTime Time)> Times(Scratch scratch) =>
    [
        .. Directory.EnumerateFiles(scratch.PathOf("obj"), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => (file, File.GetLastWriteTimeUtc(file))),
    ];
}
