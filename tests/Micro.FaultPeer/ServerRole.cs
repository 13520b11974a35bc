using System.Globalization;
using Micro.Server;

namespace Micro.FaultPeer;

/// <summary>
/// <c>server [flags]</c>: one server of the service, or several services in one process. Commands: <c>address</c>,
/// <c>executed</c> (handlers started, calls started twice, started although nobody waited), <c>fail KIND</c>,
/// <c>delay MILLISECONDS</c>, <c>get PATH</c> and <c>body PATH</c> (HTTP status and body of its own port), <c>cycle COUNT</c> (see <see cref="Cycles"/>),
/// <c>memory</c>.
/// </summary>
internal static class ServerRole
{
    /// <summary>How many calls it takes at once; without it the default of the framework.</summary>
    private const string LimitFlag = "--limit";

    /// <summary>How many services the process has; more than one are named <c>NAME-1</c>, <c>NAME-2</c>, ...</summary>
    private const string ServicesFlag = "--services";

    /// <summary>File to which the ids of executed calls are written at the end.</summary>
    private const string CallsFlag = "--calls";

    public static async Task<int> RunAsync(string[] args)
    {
        var count = Number(Take(ref args, ServicesFlag)) ?? 1;
        var limit = Number(Take(ref args, LimitFlag));
        var calls = Take(ref args, CallsFlag);
        var behavior = new Behavior();
        var executed = new ExecutedCalls(behavior);
        var services = Enumerable.Range(1, count).Select(number => Create(count == 1 ? "faults" : $"faults-{number}", executed, limit, args)).ToList();

        // Those beside the first; the first also handles the signals.
        foreach (var service in services.Skip(1))
        {
            await service.StartAsync();
        }

        using var stop = new CancellationTokenSource();
        _ = Task.Run(() => ObeyAsync(services, args, behavior, executed, stop));
        var status = await services[0].RunAsync(stop.Token);
        await Task.WhenAll(services.Select(static service => service.DisposeAsync().AsTask()));
        if (calls is not null)
        {
            executed.Write(calls);
        }

        return status;
    }

    private static MicroService Create(string name, ExecutedCalls executed, int? limit, string[] args)
    {
        var service = MicroService.Create(
            options => options.Name(name).AddNats().WrapHandler(executed).ServerOptions(server => server.Limits.MaxConcurrentCalls = limit ?? server.Limits.MaxConcurrentCalls),
            args);
        service.Handle<Ask, Answer>("Faults.Ask", static (_, _) => Task.FromResult(new Answer { Number = 1 }));
        service.HandleStream<Ask, Answer>("Faults.Count", CountAsync);
        service.HandleStream<Ask, Answer>("Faults.Echo", EchoAsync);
        service.HandleStream<Ask, Answer>("Faults.Sum", SumAsync);
        service.HandleStream<Ask, Answer>("Faults.Stall", StallAsync);
        service.Handle<Ask, Answer>("Faults.Slow", SlowAsync);
        service.Handle<Ask, LargeAnswer>("Faults.Large", static (_, _) => Task.FromResult(LargeAnswer.Instance));
        return service;
    }

    /// <summary>Reads only after a while.</summary>
    private static async Task StallAsync(IServerStream<Ask, Answer> stream, HandlerContext context)
    {
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, context.CancellationToken);
        await SumAsync(stream, context);
    }

    private static async Task<Answer> SlowAsync(Ask ask, HandlerContext context)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, context.CancellationToken);
        return new Answer { Number = ask.Text.Length };
    }

    private static async Task CountAsync(IServerStream<Ask, Answer> stream, HandlerContext context)
    {
        for (var number = 0L; ; number++)
        {
            await stream.WriteAsync(new Answer { Number = number }, context.CancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, context.CancellationToken);
        }
    }

    private static async Task EchoAsync(IServerStream<Ask, Answer> stream, HandlerContext context)
    {
        var number = 0L;
        await foreach (var ask in stream.ReadAllAsync(context.CancellationToken))
        {
            await stream.WriteAsync(new Answer { Number = number++ }, context.CancellationToken);
        }
    }

    private static async Task SumAsync(IServerStream<Ask, Answer> stream, HandlerContext context)
    {
        var sum = 0L;
        await foreach (var ask in stream.ReadAllAsync(context.CancellationToken))
        {
            sum += ask.Text.Length;
        }

        await stream.WriteAsync(new Answer { Number = sum }, context.CancellationToken);
    }

    private static async Task ObeyAsync(List<MicroService> services, string[] args, Behavior behavior, ExecutedCalls executed, CancellationTokenSource stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await new Commands()
            .On("address", _ => services[0].Server.Address ?? "")
            .On("executed", _ => executed.Describe())
            .On("fail", behavior.Fail)
            .On("delay", behavior.Delay)
            .On("cycle", arguments => Cycles.RunAsync(args, arguments))
            .On("memory", Memory.Describe)
            .On("get", async arguments =>
            {
                using var answer = await http.GetAsync(new Uri($"http://{services[0].Server.Address}{arguments[0]}"));
                return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
            })
            .On("body", async arguments =>
            {
                using var answer = await http.GetAsync(new Uri($"http://{services[0].Server.Address}{arguments[0]}"));
                return (await answer.Content.ReadAsStringAsync()).ReplaceLineEndings(" ");
            })
            .RunAsync();
        await stop.CancelAsync();
    }

    private static int? Number(string? text) => text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Takes a value out of the flags.</summary>
    private static string? Take(ref string[] args, string flag)
    {
        var given = args.FirstOrDefault(arg => arg.StartsWith(flag + "=", StringComparison.Ordinal));
        args = [.. args.Where(arg => arg != given)];
        return given?[(flag.Length + 1)..];
    }
}
