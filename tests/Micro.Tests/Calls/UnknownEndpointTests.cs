namespace Micro.Tests.Calls;

/// <summary>Tests the error of a call to an endpoint that the service does not have.</summary>
public sealed class UnknownEndpointTests
{
    [Theory]
    [InlineData("mucp", "Greeter.Helo", "did you mean 'Greeter.Hello'? greeter has Greeter.Bye, Greeter.Fail, Greeter.Hello (node ")]
    [InlineData("grpc", "Greeter.Helo", "did you mean 'Greeter.Hello'? greeter has Greeter.Bye, Greeter.Fail, Greeter.Hello (node ")]
    [InlineData("mucp", "Orders.Place", "; greeter has Greeter.Bye, Greeter.Fail, Greeter.Hello (node ")]
    [InlineData("grpc", "Orders.Place", "; greeter has Greeter.Bye, Greeter.Fail, Greeter.Hello (node ")]
    public async Task Call_UnknownEndpoint_ErrorNamesTheKnownOnesAndTheNode(string protocol, string endpoint, string text)
    {
        await using var service = await StartAsync(protocol);

        var error = await ErrorOfAsync(service, endpoint);

        error.Detail.Should().Contain(text).And.EndWith($" on {service.Server.Address})");
        error.Node.Should().NotBeNull();
        error.Attempts.Should().Be(1);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_HandlerSaysNotFound_ErrorStaysAsItIs(string protocol)
    {
        await using var service = await StartAsync(protocol);

        (await ErrorOfAsync(service, "Greeter.Fail")).Detail.Should().Be("rpc: can't find customer 7");
    }

    private static async Task<MicroService> StartAsync(string protocol)
    {
        var service = TestService.Create(static options => options.Name("greeter"), [$"--client={protocol}", "--server_debug=false"]);
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult(name));
        service.Handle<string, string>("Greeter.Bye", static (name, _) => Task.FromResult(name));
        service.Handle<string, string>("Greeter.Fail", static (_, _) => throw MicroException.NotFound("greeter", "rpc: can't find customer 7"));
        await service.StartAsync();
        return service;
    }

    private static async Task<MicroException> ErrorOfAsync(MicroService service, string endpoint) =>
        (await FluentActions.Awaiting(() => service.Client.CallAsync<string, string>("greeter", endpoint, "x")).Should().ThrowAsync<MicroException>()).Which;
}
