using Micro.Client;
using Micro.Registry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Micro.Testing.Tests;

/// <summary>Tests the test host of services.</summary>
public sealed class MicroTestHostTests
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    public async Task Call_OverEitherProtocol_ReachesTheHandler(string contentType)
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync();

        var response = await host.Client.SayAsync("hello", new CallOptions { ContentType = contentType });

        response.Should().Be(new EchoResponse { Text = "hello", From = "echo" });
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    public async Task Stream_OverEitherProtocol_DeliversAll(string contentType)
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync();

        var texts = new List<string>();
        await foreach (var response in host.Client.ServerStreamAsync<EchoRequest, EchoResponse>("echo", "Echo.Repeat", new EchoRequest { Text = "a" }, new CallOptions { ContentType = contentType }))
        {
            texts.Add(response.Text);
        }

        texts.Should().Equal("a 0", "a 1", "a 2");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000_000)]
    public async Task Call_ManyAtOnce_EachGetsItsOwnAnswer(int size)
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync();
        var texts = Enumerable.Range(0, size > 1000 ? 8 : 500).Select(number => new string((char)('a' + (number % 26)), size) + number).ToList();

        var responses = await Task.WhenAll(texts.Select(text => host.Client.SayAsync(text)));

        responses.Select(response => response.Text).Should().Equal(texts);
    }

    [Fact]
    public async Task Call_HandlerFails_ErrorComesAsFromAnywhere()
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync();

        var act = () => host.Client.CallAsync<EchoRequest, EchoResponse>("echo", "Echo.Fail", new EchoRequest { Text = "no" });

        (await act.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(409);
    }

    [Fact]
    public async Task Start_SeveralOfOneName_AreNodesThatServicesFind()
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync(new Echo("one"));
        await host.StartEchoAsync(new Echo("two"));
        var caller = await host.StartAsync("caller", service => service.Handle<EchoRequest, EchoResponse>("Caller.Ask", (request, _) => service.Client.SayAsync(request.Text)));

        var nodes = await host.WaitUntilRegisteredAsync("echo", nodes: 2);
        var from = new HashSet<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                from.Add((await host.Client.CallAsync<EchoRequest, EchoResponse>("caller", "Caller.Ask", new EchoRequest { Text = "x" })).From);
                return from.Count == 2;
            },
            "both answered");

        nodes.Select(node => node.Address).Should().OnlyHaveUniqueItems();
        caller.Server.Address.Should().StartWith("127.0.0.1:");
    }

    [Fact]
    public async Task Stop_OfAService_LeavesTheRegistryAndTheNetwork()
    {
        await using var host = new MicroTestHost();
        var service = await host.StartEchoAsync();
        var address = service.Server.Address!;

        await service.StopAsync();

        await host.WaitUntilGoneAsync("echo");
        var act = () => host.Client.SayAsync("x", new CallOptions { Addresses = [address], Retries = 0 });
        (await act.Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Connect);
    }

    [Fact]
    public async Task Hosts_SeeNothingOfEachOther()
    {
        await using var one = new MicroTestHost();
        await using var other = new MicroTestHost();
        var first = await one.StartEchoAsync(new Echo("one"));
        var second = await other.StartEchoAsync(new Echo("other"));

        first.Server.Address.Should().Be(second.Server.Address, "each has a network of its own");
        (await one.Client.SayAsync()).From.Should().Be("one");
        (await other.Client.SayAsync()).From.Should().Be("other");
    }

    [Fact]
    public async Task Service_MachineWideSettings_HaveNoEffect()
    {
        await using var host = new MicroTestHost();

        var service = host.Create(options => options.Name("echo").Environment(new Dictionary<string, string?> { ["MICRO_REGISTRY"] = "consul" }));

        service.Registry.Should().BeSameAs(host.Registry);
    }

    [Fact]
    public async Task Create_InvalidOptions_FailsAtOnce()
    {
        await using var host = new MicroTestHost();

        var act = () => host.Create(options => options.Name("echo").Address("nowhere"));

        act.Should().Throw<MicroConfigurationException>().WithMessage("*nowhere*");
    }

    [Fact]
    public async Task ManualTime_RegistrationNotRenewed_Expires()
    {
        var time = new ManualTimeProvider();
        await using var host = new MicroTestHost(time: time);
        await host.StartEchoAsync(configure: options => options.RegisterTtl(TimeSpan.FromMinutes(1)).RegisterInterval(TimeSpan.FromSeconds(20)));
        host.Registry.WriteError = new RegistryUnavailableException("memory", "the registry is down");

        time.Advance(TimeSpan.FromSeconds(59));
        (await host.WaitUntilRegisteredAsync("echo")).Should().HaveCount(1);
        await time.StepUntilAsync(() => !host.Registry.GetServiceAsync("echo").IsCompletedSuccessfully, "it expires", TimeSpan.FromSeconds(1));

        await host.WaitUntilLoggedAsync(entry => entry.Message.Contains("the registry is down") || entry.Error is RegistryUnavailableException, "the failed renewal");
    }

    [Fact]
    public async Task ManualTime_SilentNode_TimesOutWhenTheTestMovesTime()
    {
        var time = new ManualTimeProvider();
        await using var host = new MicroTestHost(time: time);
        var service = await host.StartEchoAsync();
        await host.Client.SayAsync();
        host.FaultsOf(service).DropAnswers = true;

        var call = host.Client.SayAsync("x", new CallOptions { RequestTimeout = TimeSpan.FromSeconds(20), AttemptTimeout = TimeSpan.FromSeconds(20), Retries = 0 });
        await Eventually.TrueAsync(() => time.ActiveTimers > 0, "the deadline is armed");
        call.IsCompleted.Should().BeFalse();
        await time.StepUntilAsync(() => call.IsCompleted, "the call ends", TimeSpan.FromSeconds(1));

        (await call.Invoking(ended => ended).Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Timeout);
    }

    [Fact]
    public async Task WaitUntilRegistered_NoNode_ErrorNamesTheCondition()
    {
        await using var host = new MicroTestHost();

        var act = () => host.WaitUntilRegisteredAsync("nobody", nodes: 2, seconds: 0);

        await act.Should().ThrowAsync<TimeoutException>().WithMessage("*2 nodes of 'nobody' are registered*");
    }

    [Fact]
    public async Task Logs_OfAllServices_AreKeptBeyondTheEnd()
    {
        var host = new MicroTestHost();
        await host.StartEchoAsync();

        await host.DisposeAsync();

        host.Logs.Entries.Should().Contain(entry => entry.Level == LogLevel.Information && entry.Category == "Micro.Server" && entry.Message.Contains("127.0.0.1:"));
        host.Logs.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Warning, "nothing goes wrong in a test that breaks nothing");
    }

    [Fact]
    public async Task Dispose_WithFaultsLeftBehind_EndsAtOnceAndTwiceIsFine()
    {
        var host = new MicroTestHost();
        var service = await host.StartEchoAsync();
        var echo = host.FaultsOf(service);
        host.Registry.ReadGate = new TaskCompletionSource();
        echo.HoldConnections = true;
        var call = host.Client.SayAsync();

        await host.DisposeAsync();
        await host.DisposeAsync();

        await call.ContinueWith(static _ => { }, TaskScheduler.Default);
        host.Invoking(gone => gone.Create(options => options.Name("late"))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task UseTestHost_ServiceOfAnApplication_JoinsTheHost()
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMicro(options => options.Name("application").RegisterTtl(TimeSpan.FromSeconds(30))).Handle<Application>();

        // As a test of an application adds it.
        builder.Services.ConfigureAll<MicroServiceOptions>(options => options.UseTestHost(host));
        using var application = builder.Build();

        await application.StartAsync();

        await host.WaitUntilRegisteredAsync("application");
        (await application.Services.GetRequiredService<IMicroClient>().SayAsync()).From.Should().Be("echo");
        (await host.Client.CallAsync<EchoRequest, EchoResponse>("application", "Application.Say", new EchoRequest { Text = "back" })).Text.Should().Be("back");
        await application.StopAsync();
        await host.WaitUntilGoneAsync("application");
    }
}
