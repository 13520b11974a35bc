using System.Reflection;
using Micro.Authentication;
using Micro.Registry;
using Micro.Registry.Consul;
using Micro.Registry.Etcd;
using Micro.Registry.Mdns;
using Micro.Registry.Nats;
using Micro.Selection;
using Micro.Server;
using Micro.Testing;
using Micro.Transport.Grpc;

namespace Micro.Tests;

/// <summary>Dependencies run one way: Micro → {Selector, Transport.Grpc, Registry.*} → Core.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Core = typeof(IRegistry).Assembly;
    private static readonly Assembly Facade = typeof(MicroService).Assembly;
    private static readonly Assembly[] Backends = [typeof(MdnsRegistryOptions).Assembly, typeof(ConsulRegistryOptions).Assembly, typeof(EtcdRegistryOptions).Assembly, typeof(NatsRegistryOptions).Assembly];
    private static readonly Assembly Authentication = typeof(JwtOptions).Assembly;
    private static readonly Assembly Grpc = typeof(GrpcException).Assembly;
    private static readonly Assembly Selector = typeof(Selectors).Assembly;

    public static TheoryData<string> AssemblyNames => [.. All.Select(assembly => assembly.GetName().Name!)];

    private static IEnumerable<Assembly> All => [Core, Selector, Grpc, .. Backends, Facade, Authentication];

    [Fact]
    public void Core_SeesNothingOfOurs() => OwnReferences(Core).Should().BeEmpty();

    [Fact]
    public void SelectorAndBackends_SeeOnlyCore()
    {
        foreach (var assembly in Backends.Append(Selector).Append(Grpc))
        {
            OwnReferences(assembly).Should().BeSubsetOf(["Micro.Core"], "{0} must know nobody else", assembly.GetName().Name);
        }
    }

    [Fact]
    public void Authentication_SeesFacadeAndCoreOnlyAndNobodySeesIt()
    {
        OwnReferences(Authentication).Should().BeSubsetOf(["Micro", "Micro.Core"]);
        All.SelectMany(OwnReferences).Should().NotContain("Micro.Authentication");
        All.Except([Authentication]).SelectMany(static assembly => assembly.GetReferencedAssemblies())
            .Should().NotContain(static reference => reference.Name!.StartsWith("Microsoft.IdentityModel", StringComparison.Ordinal), "services without authentication do not carry it");
    }

    [Fact]
    public void TestKit_SeesFacadeAndCoreOnlyAndNobodySeesIt()
    {
        OwnReferences(typeof(MicroTestHost).Assembly).Should().BeSubsetOf(["Micro", "Micro.Core"]);
        All.SelectMany(OwnReferences).Should().NotContain("Micro.Testing");
    }

    [Theory]
    [MemberData(nameof(AssemblyNames))]
    public void Libraries_ImplementationsOfInterfaces_AreInternalAndSealed(string name)
    {
        var offenders = Find(name).GetTypes()
            .Where(static type => type is { IsClass: true, IsAbstract: false } && IsWritten(type))
            .Where(static type => type.GetInterfaces().Any(face =>
                face is { IsPublic: true, IsInterface: true } && face != typeof(IParentCall) && !IsFacade(type, face) && face.Assembly.GetName().Name!.StartsWith("Micro", StringComparison.Ordinal)))
            .Where(static type => type.IsVisible || !type.IsSealed)
            .Select(static type => type.FullName);

        offenders.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(AssemblyNames))]
    public void Libraries_HaveNoStaticMutableFields(string name)
    {
        var offenders = Find(name).GetTypes()
            .Where(IsWritten)
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static field => field is { IsInitOnly: false, IsLiteral: false } && !field.Name.Contains('<', StringComparison.Ordinal))
            .Select(static field => $"{field.DeclaringType!.FullName}.{field.Name}");

        offenders.Should().BeEmpty();
    }

    /// <summary>The facade hands endpoints on to its server, so that both have the same methods for handlers.</summary>
    private static bool IsFacade(Type type, Type face) => type == typeof(MicroService) && face == typeof(IEndpointCollection);

    private static Assembly Find(string name) => All.Single(assembly => assembly.GetName().Name == name);

    private static IEnumerable<string> OwnReferences(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(static reference => reference.Name!).Where(static name => name.StartsWith("Micro.", StringComparison.Ordinal) || name == "Micro");

    /// <summary>Written by us, not by the compiler or a source generator.</summary>
    private static bool IsWritten(Type type)
    {
        for (var current = type; current is not null; current = current.DeclaringType)
        {
            if (current.Name.Contains('<', StringComparison.Ordinal)
                || current.GetProperty("Descriptor", BindingFlags.Static | BindingFlags.Public) is not null
                || current.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), inherit: false)
                || current.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false))
            {
                return false;
            }
        }

        return true;
    }
}
