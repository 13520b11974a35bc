using System.Net.Sockets;
using Micro.Client;

namespace Micro.Testing.Tests;

/// <summary>Tests each fault, in memory and over sockets.</summary>
public sealed class NetworkFaultTests
{
    private static readonly CallOptions Once = new() { Retries = 0 };

    public static TheoryData<bool> Networks => [false, true];

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task RefuseConnections_TwoNodes_CallsGoToTheOther(bool overSockets)
    {
        await using var host = New(overSockets);
        var refused = await host.StartEchoAsync(new Echo("refused"));
        await host.StartEchoAsync(new Echo("other"));
        host.FaultsOf(refused).RefuseConnections = true;

        for (var i = 0; i < 20; i++)
        {
            (await host.Client.SayAsync()).From.Should().Be("other");
        }

        host.FaultsOf(refused).ConnectAttempts.Should().BeLessThan(20, "a node that refuses is left out");
        host.FaultsOf(refused).ConnectionsOpened.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task RefuseConnections_OnlyNode_IsAConnectError(bool overSockets)
    {
        await using var host = New(overSockets);
        var service = await host.StartEchoAsync();
        host.FaultsOf(service).RefuseConnections = true;

        var error = await ErrorAsync(() => host.Client.SayAsync("x", Once));

        error.Kind.Should().Be(ErrorKind.Connect);
        error.InnerException.Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task HoldConnections_UntilReset_CallWaits(bool overSockets)
    {
        await using var host = New(overSockets);
        var service = await host.StartEchoAsync();
        host.FaultsOf(service).HoldConnections = true;

        var call = host.Client.SayAsync("x", new CallOptions { DialTimeout = TimeSpan.FromMinutes(1), AttemptTimeout = TimeSpan.FromMinutes(1), RequestTimeout = TimeSpan.FromMinutes(1) });
        await Eventually.TrueAsync(() => host.FaultsOf(service).ConnectAttempts == 1, "the client connects");
        call.IsCompleted.Should().BeFalse();
        host.FaultsOf(service).HoldConnections = false;

        (await call).Text.Should().Be("x");
    }

    [Fact]
    public async Task ConnectDelay_ShorterAndLongerThanTheDialTimeout_PassesAndFails()
    {
        var time = new ManualTimeProvider();
        await using var host = new MicroTestHost(time: time);
        var service = await host.StartEchoAsync();
        var faults = host.FaultsOf(service);
        var patient = new CallOptions { Retries = 0, DialTimeout = TimeSpan.FromSeconds(2), AttemptTimeout = TimeSpan.FromMinutes(1), RequestTimeout = TimeSpan.FromMinutes(1) };

        faults.ConnectDelay = TimeSpan.FromSeconds(3);
        var tooLate = host.Client.SayAsync("x", patient);
        await Eventually.TrueAsync(() => faults.ConnectAttempts == 1, "the client connects");
        await time.StepUntilAsync(() => tooLate.IsCompleted, "it gives up", TimeSpan.FromMilliseconds(500));
        (await ErrorAsync(() => tooLate)).Kind.Should().Be(ErrorKind.Connect);

        faults.ConnectDelay = TimeSpan.FromSeconds(1);
        var inTime = host.Client.SayAsync("y", patient with { Addresses = [service.Server.Address!] });
        await time.StepUntilAsync(() => inTime.IsCompleted, "it connects", TimeSpan.FromMilliseconds(500));
        (await inTime).Text.Should().Be("y");
    }

    [Fact]
    public async Task AnswerDelay_OnManualTime_AnswerComesThatMuchLater()
    {
        var time = new ManualTimeProvider();
        await using var host = new MicroTestHost(time: time);
        var service = await host.StartEchoAsync();
        await host.Client.SayAsync();
        host.FaultsOf(service).AnswerDelay = TimeSpan.FromSeconds(3);
        var timers = time.ActiveTimers;

        var started = time.GetTimestamp();
        var call = host.Client.SayAsync("late", new CallOptions { Retries = 0, AttemptTimeout = TimeSpan.FromMinutes(1), RequestTimeout = TimeSpan.FromMinutes(1) });
        await time.WaitForTimersAsync(timers + 1);
        await time.StepUntilAsync(() => call.IsCompleted, "the answer comes", TimeSpan.FromMilliseconds(500));

        (await call).Text.Should().Be("late");
        time.GetElapsedTime(started).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task HoldAnswers_UntilReset_AnswerIsLateAndWhole(bool overSockets)
    {
        await using var host = New(overSockets);
        var echo = new Echo();
        var service = await host.StartEchoAsync(echo);
        host.FaultsOf(service).HoldAnswers = true;

        var call = host.Client.SayAsync(new string('x', 200_000), new CallOptions { AttemptTimeout = TimeSpan.FromMinutes(1), RequestTimeout = TimeSpan.FromMinutes(1) });
        await Eventually.TrueAsync(() => echo.Calls == 1, "the handler ran");
        call.IsCompleted.Should().BeFalse();
        host.FaultsOf(service).HoldAnswers = false;

        (await call).Text.Should().HaveLength(200_000);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task DropAnswers_ThenHealed_OldConnectionStaysSilentAndNewOnesWork(bool overSockets)
    {
        await using var host = New(overSockets);
        var echo = new Echo();
        var service = await host.StartEchoAsync(echo);
        host.FaultsOf(service).DropAnswers = true;

        (await ErrorAsync(() => host.Client.SayAsync("x", Once with { AttemptTimeout = TimeSpan.FromMilliseconds(200) }))).Kind.Should().Be(ErrorKind.Timeout);
        echo.Calls.Should().Be(1, "the request arrived, its answer did not");
        host.Network.Heal();
        await using var fresh = host.Create(options => options.Name("fresh").ClientOnly());

        (await fresh.Client.SayAsync("y")).Text.Should().Be("y");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task CutAfterReceivedBytes_WithinTheAnswer_CallBroke(bool overSockets)
    {
        await using var host = New(overSockets);
        var echo = new Echo();
        var service = await host.StartEchoAsync(echo);
        host.FaultsOf(service).CutAfterReceivedBytes = 20;

        var error = await ErrorAsync(() => host.Client.SayAsync("x", Once));

        error.Kind.Should().Be(ErrorKind.Broken);
        echo.Calls.Should().Be(1);
        host.FaultsOf(service).OpenConnections.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task CutAfterSentBytes_WithinTheRequest_HandlerNeverRuns(bool overSockets)
    {
        await using var host = New(overSockets);
        var echo = new Echo();
        var service = await host.StartEchoAsync(echo);
        host.FaultsOf(service).CutAfterSentBytes = 40;

        var error = await ErrorAsync(() => host.Client.SayAsync("x", Once));

        error.Kind.Should().Be(ErrorKind.NotSent);
        echo.Calls.Should().Be(0);
        host.FaultsOf(service).CutAfterSentBytes = null;
        (await host.Client.SayAsync("y")).Text.Should().Be("y");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task CutConnections_BetweenCalls_NextIdempotentCallConnectsAnewUnnoticed(bool overSockets)
    {
        await using var host = New(overSockets);
        var service = await host.StartEchoAsync();
        await host.Client.SayAsync();

        host.FaultsOf(service).CutConnections().Should().Be(1);

        (await host.Client.SayAsync("again", new CallOptions { Idempotent = true })).Text.Should().Be("again");
        host.FaultsOf(service).ConnectionsOpened.Should().Be(2);
        host.FaultsOf(service).OpenConnections.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task CutConnections_UnderACall_CallBrokeAndTheHandlerIsCancelled(bool overSockets)
    {
        await using var host = New(overSockets);
        var (began, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        var service = await host.StartAsync("echo", made => made.Handle<EchoRequest, EchoResponse>("Echo.Say", async (_, context) =>
        {
            began.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.SetResult();
            return new EchoResponse();
        }));

        var call = host.Client.SayAsync("x", Once with { AttemptTimeout = TimeSpan.FromMinutes(1) });
        await began.Task;
        host.FaultsOf(service).CutConnections();

        (await ErrorAsync(() => call)).Kind.Should().Be(ErrorKind.Broken);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task CutConnections_OverGrpc_CallBroke()
    {
        await using var host = new MicroTestHost();
        var echo = new Echo();
        var service = await host.StartEchoAsync(echo);
        (await host.Client.SayAsync("first", new CallOptions { ContentType = "application/grpc+json" })).Text.Should().Be("first");
        host.FaultsOf(service).HoldAnswers = true;

        var call = host.Client.SayAsync("x", Once with { ContentType = "application/grpc+json" });
        await Eventually.TrueAsync(() => echo.Calls == 2, "the handler ran");
        host.FaultsOf(service).CutConnections();

        (await ErrorAsync(() => call)).Kind.Should().Be(ErrorKind.Broken);
        host.FaultsOf(service).HoldAnswers = false;
        (await host.Client.SayAsync("y", new CallOptions { ContentType = "application/grpc+json" })).Text.Should().Be("y");
    }

    [Fact]
    public void Faults_NoAddress_Throws()
    {
        var network = TestNetwork.InMemory();

        network.Invoking(made => made.Faults("nowhere")).Should().Throw<ArgumentException>().WithMessage("*'nowhere' is not host:port*");
        network.Faults("127.0.0.1:80").Should().BeSameAs(network.Faults("127.0.0.1:80"));
        network.Faults("127.0.0.1:80").Invoking(faults => faults.CutAfterSentBytes = -1).Should().Throw<ArgumentOutOfRangeException>();
        network.Faults("127.0.0.1:80").Invoking(faults => faults.AnswerDelay = TimeSpan.FromTicks(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static MicroTestHost New(bool overSockets) => new(overSockets ? TestNetwork.OverSockets() : null);

    private static async Task<MicroException> ErrorAsync(Func<Task> call) => (await call.Should().ThrowAsync<MicroException>()).Which;
}
