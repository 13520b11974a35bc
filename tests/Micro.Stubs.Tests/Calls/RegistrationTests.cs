using System.Text.Json;
using Micro.Registry;

namespace Micro.Stubs.Calls;

/// <summary>What handlers of a contract put in the registry.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task Handle_GreeterOfTheRecording_RegistersTheSameEndpoints()
    {
        await using var fixture = await StubService.StartAsync(new Greeter());
        using var recording = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Recordings", "registration", "mucp-v5.json")));

        var recorded = recording.RootElement.GetProperty("endpoints").EnumerateArray().Select(ReadEndpoint).ToList();

        recorded.Should().HaveCount(3);
        fixture.Service.Server.Record!.Endpoints.Should().Equal(recorded);
    }

    [Fact]
    public async Task Handle_IdempotentRpc_SaysSoInTheRegistry()
    {
        await using var fixture = await StubService.StartAsync(new NumbersService());

        var endpoints = fixture.Service.Server.Record!.Endpoints.ToDictionary(endpoint => endpoint.Name, endpoint => endpoint.Metadata);

        endpoints.Should().ContainKeys("Numbers.Count", "Numbers.Double", "Numbers.FailEarly", "Numbers.Negate", "Numbers.Sum").And.HaveCount(5);
        endpoints["Numbers.Double"].Should().Equal(new Dictionary<string, string> { ["idempotent"] = "true" });
        endpoints["Numbers.Sum"].Should().Equal(new Dictionary<string, string> { ["stream"] = "true" });
    }

    [Fact]
    public async Task Handle_WithOptions_NameMetadataAndVisibilityCount()
    {
        await using var service = StubService.Create();
        service.Handle(new NumbersService(), options =>
        {
            options.Name = "Old";
            options.EndpointMetadata["Old.Double"] = new Dictionary<string, string> { ["idempotent"] = "false", ["tier"] = "1" };
        });
        service.Handle(new NumbersService(), options => options.Internal = true);
        await service.StartAsync();

        service.Server.Record!.Endpoints.Should().OnlyContain(endpoint => endpoint.Name.StartsWith("Old.", StringComparison.Ordinal));
        service.Server.Record!.Endpoints.Single(endpoint => endpoint.Name == "Old.Double").Metadata
            .Should().Equal(new Dictionary<string, string> { ["idempotent"] = "false", ["tier"] = "1" });
        (await new Numbers.NumbersClient(service.Client.AsCallInvoker(StubService.Name)).DoubleAsync(new Number { Value = 4 })).Value.Should().Be(8);
    }

    [Fact]
    public async Task Handle_WrongHandlers_AreToldAtTheDoor()
    {
        await using var service = StubService.Create();
        service.Handle(new NumbersService());

        FluentActions.Invoking(() => service.Handle(new NumbersService())).Should().Throw<ArgumentException>().WithMessage("*Numbers*");
        FluentActions.Invoking(() => service.Handle(new NumbersService(), options => options.Name = "a b")).Should().Throw<ArgumentException>().WithMessage("*a b*");
        FluentActions.Invoking(() => service.Handle(new None())).Should().Throw<ArgumentException>().WithMessage("*its contract declares none*");
        FluentActions.Invoking(() => service.Handle(new NothingService(), options => options.EndpointMetadata["Nothing.Nope"] = new Dictionary<string, string>()))
            .Should().Throw<ArgumentException>().WithMessage("*Nothing.Nope*Nothing.Ping*");
    }

    private static Endpoint ReadEndpoint(JsonElement element) => new()
    {
        Name = element.GetProperty("name").GetString()!,
        Request = ReadValue(element.GetProperty("request")),
        Response = ReadValue(element.GetProperty("response")),
        Metadata = element.GetProperty("metadata").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal),
    };

    private static Value ReadValue(JsonElement element) => new()
    {
        Name = element.GetProperty("name").GetString()!,
        Type = element.GetProperty("type").GetString()!,
        Values = element.GetProperty("values") is { ValueKind: JsonValueKind.Array } values ? [.. values.EnumerateArray().Select(ReadValue)] : [],
    };

    private sealed class Greeter : Recorded.Greeter.GreeterBase;

    private sealed class None : Acme.TrickyNames.V2.Empty.EmptyBase;
}
