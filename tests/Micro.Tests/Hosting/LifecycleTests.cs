namespace Micro.Tests.Hosting;

/// <summary>Order of hooks, and what a failing one does.</summary>
public sealed class LifecycleTests
{
    private readonly List<string> _steps = [];
    private readonly FakeServer _server;

    public LifecycleTests() => _server = new FakeServer(_steps);

    [Fact]
    public async Task StartStop_Hooks_RunInOrder()
    {
        await using var service = Create(options => options
            .AfterStop(Step("after stop"))
            .BeforeStart(Step("before start 1"))
            .AfterStart(Step("after start"))
            .BeforeStop(Step("before stop"))
            .BeforeStart(Step("before start 2")));

        await service.StartAsync();
        await service.StopAsync();

        _steps.Should().Equal("before start 1", "before start 2", "start", "after start", "before stop", "stop", "after stop");
    }

    [Fact]
    public async Task Start_BeforeStartFails_NothingIsStarted()
    {
        await using var service = Create(options => options.BeforeStart(Fail("first")).BeforeStart(Step("second")));

        await service.Invoking(it => it.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("first");

        _steps.Should().BeEmpty();
    }

    [Fact]
    public async Task Start_AfterStartFails_ServerIsStopped_R_SVC_4()
    {
        await using var service = Create(options => options.AfterStart(Fail("hook")));

        await service.Invoking(it => it.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("hook");

        _steps.Should().Equal("start", "stop");
    }

    [Fact]
    public async Task Start_ServerFails_AfterStartDoesNotRun()
    {
        _server.StartError = new IOException("port in use");
        await using var service = Create(options => options.AfterStart(Step("after start")));

        await service.Invoking(it => it.StartAsync()).Should().ThrowAsync<IOException>();

        _steps.Should().NotContain("after start");
    }

    [Fact]
    public async Task Stop_EverythingFails_AllRunAndAllIsReported_R_SVC_4()
    {
        _server.StopError = new IOException("server");
        await using var service = Create(options => options
            .BeforeStop(Fail("before")).BeforeStop(Step("before 2"))
            .AfterStop(Fail("after")).AfterStop(Step("after 2")));
        await service.StartAsync();

        var thrown = await service.Invoking(it => it.StopAsync()).Should().ThrowAsync<AggregateException>();

        thrown.Which.InnerExceptions.Select(error => error.Message).Should().Equal("before", "server", "after");
        _steps.Should().Equal("start", "before 2", "stop", "after 2");
    }

    [Fact]
    public async Task Stop_OneFails_IsThrownAsItIs()
    {
        _server.StopError = new IOException("server");
        await using var service = Create(options => options.AfterStop(Step("after")));
        await service.StartAsync();

        await service.Invoking(it => it.StopAsync()).Should().ThrowAsync<IOException>();

        _steps.Should().EndWith("after");
    }

    [Fact]
    public async Task Stop_ManyTimes_StopsOnce_R_SVC_5()
    {
        await using var service = Create(options => options.BeforeStop(Step("before")));
        await service.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.StopAsync()));
        await service.StopAsync();

        _steps.Should().Equal("start", "before", "stop");
    }

    [Fact]
    public async Task Stop_NotStarted_DoesNothing()
    {
        await using var service = Create(options => options.BeforeStop(Step("before")));

        await service.StopAsync();

        _steps.Should().BeEmpty();
    }

    [Fact]
    public async Task Stop_FromItsOwnHook_DoesNotWaitForItself_R_SVC_5()
    {
        await using var service = Create(options => options
            .BeforeStop(static (it, token) => it.StopAsync(token))
            .AfterStop(static (it, token) => it.StopAsync(token)));
        await service.StartAsync();

        await service.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        _steps.Should().Equal("start", "stop");
    }

    [Fact]
    public async Task Stop_FromAfterStart_EndsTheRunWithoutError_R_SVC_5()
    {
        await using var service = Create(options => options
            .AfterStart(static (it, _) => it.StopAsync(CancellationToken.None))
            .AfterStart(Step("never")));

        (await service.RunAsync().WaitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);

        _steps.Should().NotContain("never").And.Contain("stop");
    }

    [Fact]
    public async Task Stop_SecondCallIsForced_HastensTheFirst()
    {
        var reached = new TaskCompletionSource();
        _server.OnStop = async token =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, token).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        await using var service = Create();
        await service.StartAsync();

        var first = service.StopAsync();
        await reached.Task;
        await service.StopAsync(new CancellationToken(canceled: true));

        await first.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Start_AfterStop_StartsAgain()
    {
        await using var service = Create();
        await service.StartAsync();
        await service.StopAsync();

        await service.StartAsync();
        await service.StopAsync();

        _steps.Should().Equal("start", "stop", "start", "stop");
    }

    [Fact]
    public async Task Start_Twice_StartsOnce()
    {
        await using var service = Create();

        await service.StartAsync();
        await service.StartAsync();

        _steps.Should().Equal("start");
    }

    [Fact]
    public async Task Run_TokenFires_StopsAndReturns0()
    {
        using var cancel = new CancellationTokenSource();
        await using var service = Create(options => options.AfterStart((_, _) =>
        {
            cancel.Cancel();
            return Task.CompletedTask;
        }));

        (await service.RunAsync(cancel.Token).WaitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);

        _steps.Should().StartWith(["start", "stop"]);
    }

    [Fact]
    public async Task Run_StoppedBySomebodyElse_Returns0()
    {
        var started = new TaskCompletionSource();
        await using var service = Create(options => options.AfterStart((_, _) =>
        {
            started.SetResult();
            return Task.CompletedTask;
        }));

        var run = service.RunAsync();
        await started.Task;
        await service.StopAsync();

        (await run.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);
    }

    [Fact]
    public async Task Run_StartFails_Returns1()
    {
        _server.StartError = new IOException("port in use");

        (await Create().RunAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Run_StopFails_Returns1()
    {
        _server.StopError = new IOException("server");
        using var cancel = new CancellationTokenSource();
        var service = Create(options => options.AfterStart((_, _) =>
        {
            cancel.CancelAfter(TimeSpan.FromMilliseconds(1));
            return Task.CompletedTask;
        }));

        (await service.RunAsync(cancel.Token)).Should().Be(1);
    }

    [Fact]
    public async Task Dispose_ServerMadeByHand_IsStoppedNotDisposed()
    {
        var service = Create();
        await service.StartAsync();

        await service.DisposeAsync();
        await service.DisposeAsync();

        _steps.Should().Equal("start", "stop");
    }

    private static Func<MicroService, CancellationToken, Task> Fail(string message) =>
        (_, _) => Task.FromException(new InvalidOperationException(message));

    private Func<MicroService, CancellationToken, Task> Step(string name) => (_, _) =>
    {
        lock (_steps)
        {
            _steps.Add(name);
        }

        return Task.CompletedTask;
    };

    private MicroService Create(Action<MicroServiceOptions>? configure = null) =>
        TestService.Create(options =>
        {
            options.Server(_server).HandleSignals(false);
            configure?.Invoke(options);
        });
}
