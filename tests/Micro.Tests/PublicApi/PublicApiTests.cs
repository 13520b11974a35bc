using Micro.Authentication;
using Micro.Registry;
using Micro.Registry.Consul;
using Micro.Registry.Etcd;
using Micro.Registry.Mdns;
using Micro.Registry.Nats;
using Micro.Selection;
using Micro.Testing;
using Micro.Transport.Grpc;
using PublicApiGenerator;

namespace Micro.Tests.PublicApi;

/// <summary>
/// The public surface is a text file: a change of it is a visible difference. Run with <c>MICRO_APPROVE=1</c> to accept it.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };

    [Theory]
    [InlineData(typeof(IRegistry))]
    [InlineData(typeof(Selectors))]
    [InlineData(typeof(MdnsRegistryOptions))]
    [InlineData(typeof(ConsulRegistryOptions))]
    [InlineData(typeof(EtcdRegistryOptions))]
    [InlineData(typeof(NatsRegistryOptions))]
    [InlineData(typeof(GrpcException))]
    [InlineData(typeof(MicroService))]
    [InlineData(typeof(MicroTestHost))]
    [InlineData(typeof(JwtOptions))]
    public void Surface_IsTheApprovedOne(Type anyType)
    {
        var assembly = anyType.Assembly;
        var folder = Folder();
        var approved = Path.Combine(folder, $"{assembly.GetName().Name}.approved.txt");
        var received = Path.Combine(folder, $"{assembly.GetName().Name}.received.txt");
        var surface = assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("MICRO_APPROVE") == "1")
        {
            File.WriteAllText(approved, surface);
        }

        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (surface == expected)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, surface);
        surface.Split('\n').Should().Equal(expected.Split('\n'), "the public surface changed: compare the received file, approve with MICRO_APPROVE=1");
    }

    /// <summary>Found from the output folder: a CI build leaves no source paths in the assembly.</summary>
    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Micro.Tests.csproj")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the folder of Micro.Tests.csproj is not above the tests");
        }

        return Path.Combine(folder, "PublicApi");
    }
}
