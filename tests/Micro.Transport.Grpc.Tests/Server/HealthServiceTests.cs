using Greeter;
using Grpc.Core;
using Micro.Registry;
using Micro.Server;
using Micro.Testing;
using Micro.Transport.Grpc.Server.Api;
using Status = Micro.Transport.Grpc.Server.Api.HealthCheckResponse.Types.ServingStatus;

namespace Micro.Transport.Grpc.Tests.Server;

public sealed class HealthServiceTests
{
    private static readonly Method<HealthCheckRequest, HealthCheckResponse> CheckMethod =
        StandardMethod.Create<HealthCheckRequest, HealthCheckResponse>("/grpc.health.v1.Health/Check");

    private static readonly Method<HealthCheckRequest, HealthCheckResponse> WatchMethod =
        StandardMethod.Create<HealthCheckRequest, HealthCheckResponse>("/grpc.health.v1.Health/Watch");

    [Theory]
    [InlineData("")]
    [InlineData("greeter")]
    [InlineData("Greeter")]
    [InlineData("greeter.Greeter")]
    [InlineData("grpc.health.v1.Health")]
    public async Task Check_EachName_AgreesWithReady_R_SRV_17(string service)
    {
        var time = new ManualTimeProvider();
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner) { WriteError = new RegistryDeniedException("memory", "no rights") };
        await using var fixture = await GrpcServerFixture.StartAsync(options => (options.Registry, options.TimeProvider) = (registry, time));
        await using var channel = fixture.Connect();

        (await CheckAsync(channel, service)).Should().Be(Status.NotServing);
        registry.WriteError = null;
        await PassTimeAsync(time, Eventually.TrueAsync(() => fixture.Server.State == ServerState.Registered, "it registers as soon as it can"));

        (await CheckAsync(channel, service)).Should().Be(Status.Serving);
        fixture.Server.Record!.Endpoints.Should().OnlyContain(endpoint => endpoint.Name.StartsWith("Greeter."), "health is not advertised");
    }

    [Fact]
    public async Task Check_UnknownName_IsNotFound()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var error = (await FluentActions.Awaiting(() => CheckAsync(channel, "nobody")).Should().ThrowAsync<RpcException>()).Which;

        error.StatusCode.Should().Be(StatusCode.NotFound);
    }

    [Fact]
    public async Task Check_OfABusyServer_IsAnswered()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Limits.MaxConcurrentCalls = 1);
        await using var channel = fixture.Connect();
        var running = channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "wait" });
        await fixture.Running();

        (await CheckAsync(channel, "")).Should().Be(Status.Serving);

        fixture.Gate.SetResult();
        await running;
    }

    [Fact]
    public async Task List_NamesAllServices()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var all = await channel.CallAsync(StandardMethod.Create<HealthListRequest, HealthListResponse>("/grpc.health.v1.Health/List"), new HealthListRequest());

        all.Statuses.Keys.Should().Contain(["", "greeter", "greeter.Greeter"]);
        all.Statuses.Values.Should().OnlyContain(response => response.Status == Status.Serving);
    }

    [Fact]
    public async Task Watch_FollowsTheRegistration_AndEndsWithTheServer()
    {
        var time = new ManualTimeProvider();
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner) { WriteError = new RegistryDeniedException("memory", "no rights") };
        await using var fixture = await GrpcServerFixture.StartAsync(options => (options.Registry, options.TimeProvider) = (registry, time));
        await using var channel = fixture.Connect();
        await using var watch = await WatchAsync(channel, "greeter");

        (await watch.ReadAsync())!.Status.Should().Be(Status.NotServing, "the registry answers and does not hold the record");
        registry.WriteError = null;
        (await PassTimeAsync(time, watch.ReadAsync().AsTask()))!.Status.Should().Be(Status.Serving);

        var stop = fixture.Server.StopAsync();
        (await watch.ReadAsync())!.Status.Should().Be(Status.NotServing, "it says so before it goes");
        var error = (await FluentActions.Awaiting(() => watch.ReadAsync().AsTask()).Should().ThrowAsync<RpcException>()).Which;
        error.StatusCode.Should().Be(StatusCode.Unavailable);
        await stop.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Watch_RegistryAwayForLongerThanTheTtl_StaysServingUntilItRefuses()
    {
        var time = new ManualTimeProvider();
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner);
        await using var fixture = await GrpcServerFixture.StartAsync(options =>
        {
            (options.Registry, options.TimeProvider) = (registry, time);
            (options.RegisterTtl, options.RegisterInterval) = (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
        });
        await using var channel = fixture.Connect();
        await using var watch = await WatchAsync(channel, "");
        (await watch.ReadAsync())!.Status.Should().Be(Status.Serving);

        registry.WriteError = new RegistryUnavailableException("memory", "down");
        await PassTimeAsync(time, Eventually.TrueAsync(() => fixture.Server.State == ServerState.Lost, "a renewal fails"));
        time.Advance(TimeSpan.FromMinutes(10));
        (await CheckAsync(channel, "")).Should().Be(Status.Serving, "an outage of the registry is no fault of the server");

        registry.WriteError = new RegistryDeniedException("memory", "no rights");
        (await PassTimeAsync(time, watch.ReadAsync().AsTask()))!.Status.Should().Be(Status.NotServing);
    }

    [Fact]
    public async Task Watch_UnknownName_ReportsItAndStaysOpen()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var watch = await WatchAsync(channel, "nobody");

        (await watch.ReadAsync())!.Status.Should().Be(Status.ServiceUnknown);
        fixture.Server.RunningCalls.Should().Be(1);
    }

    [Fact]
    public async Task GrpcHealth_SwitchedOff_IsUnimplemented()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.GrpcHealth = false);
        await using var channel = fixture.Connect();

        var error = (await FluentActions.Awaiting(() => CheckAsync(channel, "")).Should().ThrowAsync<RpcException>()).Which;

        error.StatusCode.Should().Be(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task HandlerOfTheUser_NamedHealth_IsNotTouched()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<Request, Response>("Health.Check", (_, _) => Task.FromResult(new Response { Msg = "the user's" })));
        await using var channel = fixture.Connect();

        (await channel.CallAsync(StandardMethod.Create<Request, Response>("/greeter.Health/Check"), new Request())).Msg.Should().Be("the user's");
        (await CheckAsync(channel, "")).Should().Be(Status.Serving);
    }

    private static async Task<Status> CheckAsync(StandardClient channel, string service) =>
        (await channel.CallAsync(CheckMethod, new HealthCheckRequest { Service = service })).Status;

    private static async Task<T> PassTimeAsync<T>(ManualTimeProvider time, Task<T> task)
    {
        await PassTimeAsync(time, (Task)task);
        return await task;
    }

    private static async Task PassTimeAsync(ManualTimeProvider time, Task task)
    {
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return task.IsCompleted;
            },
            "it happens in time");
        await task;
    }

    private static async Task<StandardStream<HealthCheckRequest, HealthCheckResponse>> WatchAsync(StandardClient channel, string service)
    {
        var watch = channel.OpenStream(WatchMethod);
        await watch.WriteAsync(new HealthCheckRequest { Service = service });
        await watch.CompleteAsync();
        return watch;
    }
}
