using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Micro.Generators.Calls;
using Micro.Registry;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Generators.Descriptions;

/// <summary>Compares the descriptions of generated bindings with those of reflection.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task Bind_EveryShapeOfMessage_DescribedAsByReflection()
    {
        var generated = await EndpointsAsync(static service => service.HandleShapes(new ShapesHandler()));
        var reflected = await EndpointsAsync(Reflect);

        generated.Should().HaveCount(14).And.Equal(reflected);
    }

    [Fact]
    public async Task Bind_Idempotent_IsInTheRegistry()
    {
        var endpoints = (await EndpointsAsync(static service => service.HandleNumbers(new Numbers()))).ToDictionary(endpoint => endpoint.Name, endpoint => endpoint.Metadata);

        endpoints.Keys.Should().Equal("Numbers.Count", "Numbers.Double", "Numbers.Drop", "Numbers.Flip", "Numbers.Forget", "Numbers.Halve", "Numbers.Sum");
        endpoints["Numbers.Double"].Should().Equal(new Dictionary<string, string> { ["idempotent"] = "true" });
        endpoints["Numbers.Halve"].Should().BeEmpty();
        endpoints["Numbers.Flip"].Should().Equal(new Dictionary<string, string> { ["stream"] = "true" });
    }

    [Fact]
    public async Task Bind_WithOptions_NameMetadataAndVisibilityCount()
    {
        var endpoints = await EndpointsAsync(static service =>
        {
            service.HandleNumbers(new Numbers(), static options =>
            {
                options.Name = "Old";
                options.EndpointMetadata["Old.Double"] = new Dictionary<string, string> { ["idempotent"] = "false" };
            });
            service.HandleNumbers(new Numbers(), static options => options.Internal = true);
        });

        endpoints.Should().HaveCount(7).And.OnlyContain(endpoint => endpoint.Name.StartsWith("Old.", StringComparison.Ordinal));
        endpoints.Single(endpoint => endpoint.Name == "Old.Double").Metadata["idempotent"].Should().Be("false");
    }

    [Fact]
    public async Task Bind_Twice_IsRefusedAtOnce()
    {
        await using var service = RunningService.Create();
        service.HandleNumbers(new Numbers());

        FluentActions.Invoking(() => service.HandleNumbers(new Numbers())).Should().Throw<ArgumentException>().WithMessage("*'Numbers'*");
        FluentActions.Invoking(() => service.HandleNumbers((INumbers)null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    [RequiresUnreferencedCode("Looks at methods that do")]
    public void Reflection_EveryEntryPoint_WarnsTrimmedApplications()
    {
        MethodInfo[] methods = [.. typeof(MicroHandlerExtensions).GetMethods(), .. typeof(MicroBuilderExtensions).GetMethods()];

        var waysIn = methods
            .Where(static method => method.Name == "Handle" && (method.GetParameters()[1].ParameterType == typeof(object) || method.GetGenericArguments().Length == 1))
            .ToList();

        waysIn.Should().HaveCount(3).And.OnlyContain(method =>
            method.IsDefined(typeof(RequiresUnreferencedCodeAttribute), false) && method.IsDefined(typeof(RequiresDynamicCodeAttribute), false));
    }

    private static async Task<IReadOnlyList<Endpoint>> EndpointsAsync(Action<MicroService> addHandlers)
    {
        await using var running = await RunningService.StartAsync(addHandlers);
        return running.Service.Server.Record!.Endpoints;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The comparison is with reflection.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static void Reflect(MicroService service) => service.Handle(new ShapesHandler(), static options => options.Name = "Shapes");
}
