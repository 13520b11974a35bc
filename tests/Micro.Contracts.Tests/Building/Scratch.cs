using System.Diagnostics;
using System.Reflection;

namespace Micro.Contracts.Building;

/// <summary>A project outside the repository, built by the SDK with the files that the package will hold.</summary>
internal sealed class Scratch : IDisposable
{
    // A blank in the name: what is not quoted fails.
    private readonly string _folder = Directory.CreateTempSubdirectory("micro contracts ").FullName;

    private static string GrpcTools { get; } =
        typeof(Scratch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "GrpcTools").Value!;

    /// <summary>A project that only runs protoc and the generator: no restore, no compiler.</summary>
    public static Scratch WithoutCompiler(string protobufItems = """<Protobuf Include="**/*.proto" />""")
    {
        var scratch = new Scratch();
        scratch.Write("scratch.proj", $"""
            <Project DefaultTargets="Protobuf_Compile">
              <PropertyGroup>
                <Language>C#</Language>
                <BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath>
                <IntermediateOutputPath>obj/</IntermediateOutputPath>
              </PropertyGroup>
              <Import Project="{GrpcTools}/build/Grpc.Tools.props" />
              {Imports("props")}
              <ItemGroup>{protobufItems}</ItemGroup>
              <Import Project="{GrpcTools}/build/Grpc.Tools.targets" />
              {Imports("targets")}
            </Project>
            """);
        return scratch;
    }

    /// <summary>A library as users have it.</summary>
    public static Scratch Library()
    {
        var scratch = new Scratch();
        scratch.Write("Scratch.csproj", $"""
            <Project>
              <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
              <Import Project="{GrpcTools}/build/Grpc.Tools.props" />
              {Imports("props")}
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
              </PropertyGroup>
              <ItemGroup>
                <Protobuf Include="**/*.proto" />
                <Reference Include="{AppContext.BaseDirectory}Micro.Core.dll" />
                <Reference Include="{AppContext.BaseDirectory}Google.Protobuf.dll" />
              </ItemGroup>
              <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
              <Import Project="{GrpcTools}/build/Grpc.Tools.targets" />
              {Imports("targets")}
            </Project>
            """);
        return scratch;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    public string Read(string name) => File.ReadAllText(PathOf(name));

    /// <summary>Runs <c>dotnet</c> with arguments for MSBuild.</summary>
    public async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        string[] all = [.. arguments, "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", $"-p:MicroContractsTool={AppContext.BaseDirectory}Micro.Contracts.dll"];
        var start = new ProcessStartInfo("dotnet", all) { WorkingDirectory = _folder, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var inherited in start.Environment.Keys.Where(static key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Imports(string kind) =>
        $"""<Import Project="{Repository.PathOf("src", "Micro.Contracts", "build", $"Micro.Contracts.{kind}")}" />""";
}
