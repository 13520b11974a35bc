using Micro.Client;
using Micro.Server;
using Micro.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Tests.Hosting.Generic;

/// <summary>Handlers from the container: one scope per call, disposed when the call is over.</summary>
public sealed class ScopedHandlerTests
{
    [Fact]
    public async Task Unary_TwoCalls_EachHasAScopeThatIsDisposedAfterIt()
    {
        var log = new Steps();
        await using var host = await StartAsync(log);
        var client = host.Services.GetRequiredService<IMicroClient>();

        (await client.CallAsync<string, string>("orders", "Handler.Hello", "Anna")).Should().Be("Hello Anna from 1");
        (await client.CallAsync<string, string>("orders", "Handler.Hello", "Bert")).Should().Be("Hello Bert from 2");

        await Eventually.TrueAsync(() => log.All.Count == 6, "both scopes are gone");
        log.All.Should().Equal("open 1", "hello 1", "close 1", "open 2", "hello 2", "close 2");
    }

    [Fact]
    public async Task Unary_HandlerThrows_ScopeIsDisposed()
    {
        var log = new Steps();
        await using var host = await StartAsync(log);

        await FluentActions.Awaiting(() => host.Services.GetRequiredService<IMicroClient>().CallAsync<string, string>("orders", "Handler.Fail", "x"))
            .Should().ThrowAsync<MicroException>().WithMessage("*refused by 1*");

        await Eventually.TrueAsync(() => log.All.Count == 2, "the scope is gone");
        log.All.Should().Equal("open 1", "close 1");
    }

    [Fact]
    public async Task Unary_ResponseReadsFromTheScope_IsEncodedBeforeItIsDisposed()
    {
        var log = new Steps();
        await using var host = await StartAsync(log);

        var lazy = await host.Services.GetRequiredService<IMicroClient>().CallAsync<string, Lines>("orders", "Handler.Lazy", "x");

        lazy.Values.Should().Equal("line of 1");
    }

    [Fact]
    public async Task Stream_ScopeLivesUntilItsEnd()
    {
        var log = new Steps();
        await using var host = await StartAsync(log);
        await using var stream = await host.Services.GetRequiredService<IMicroClient>().OpenStreamAsync<string, string>("orders", "Handler.Echo");
        await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();
        foreach (var word in new[] { "a", "b" })
        {
            await stream.SendAsync(word);
            (await answers.MoveNextAsync()).Should().BeTrue();
            answers.Current.Should().Be($"{word} from 1");
        }

        log.All.Should().Equal("open 1");
        await stream.CompleteAsync();
        (await answers.MoveNextAsync()).Should().BeFalse();
        await Eventually.TrueAsync(() => log.All.Count == 2, "the scope is gone");
        log.All.Should().Equal("open 1", "close 1");
    }

    [Fact]
    public async Task Handler_RegisteredAsSingleton_StaysOne()
    {
        var log = new Steps();
        await using var host = await StartAsync(log, services => services.AddSingleton(new Counter()).AddSingleton(new Resource(log, new Counter())).AddSingleton<Handler>());
        var client = host.Services.GetRequiredService<IMicroClient>();

        await client.CallAsync<string, string>("orders", "Handler.Hello", "Anna");
        (await client.CallAsync<string, string>("orders", "Handler.Hello", "Bert")).Should().Be("Hello Bert from 1");
    }

    [Fact]
    public async Task Delegate_AsksForServices_GetsThoseOfItsCall()
    {
        var log = new Steps();
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(log).AddSingleton<Counter>().AddScoped<Resource>();
            builder.Services.AddMicro(options => options.Name("orders"))
                .Handle<string, string>("Plain.Twice", (_, context) =>
                    Task.FromResult($"{context.Services.GetRequiredService<Resource>().Number}{context.Services.GetRequiredService<Resource>().Number}"))
                .Handle<string, string>("Plain.Without", (text, _) => Task.FromResult(text));
        });
        var client = host.Services.GetRequiredService<IMicroClient>();

        (await client.CallAsync<string, string>("orders", "Plain.Without", "nothing")).Should().Be("nothing");
        log.All.Should().BeEmpty("nobody asked for a service");
        (await client.CallAsync<string, string>("orders", "Plain.Twice", "x")).Should().Be("11");
        await Eventually.TrueAsync(() => log.All.Count == 2, "the scope is gone");
    }

    [Fact]
    public async Task Interceptor_SeesTheScopeOfItsCall()
    {
        var log = new Steps();
        await using var host = await StartAsync(log, configure: options => options.WrapHandler(new Reader(log)));

        await host.Services.GetRequiredService<IMicroClient>().CallAsync<string, string>("orders", "Handler.Hello", "Anna");

        await Eventually.TrueAsync(() => log.All.Count == 4, "the scope is gone");
        log.All.Should().Equal("open 1", "intercepted 1", "hello 1", "close 1");
    }

    [Fact]
    public async Task Services_WithoutContainer_ErrorSaysWhatToSet()
    {
        await using var registry = Micro.Registry.MemoryRegistry.Create();
        Exception? seen = null;
        await using var service = TestService.Create(options => options.Name("orders").Registry(registry));
        service.Handle<string, string>("Plain.Hello", (_, context) =>
        {
            seen = FluentActions.Invoking(() => context.Services).Should().Throw<InvalidOperationException>().Which;
            return Task.FromResult("done");
        });
        await service.StartAsync();

        await service.Client.CallAsync<string, string>("orders", "Plain.Hello", "x");

        seen!.Message.Should().Contain("Plain.Hello").And.Contain("AddMicro");
    }

    private static Task<TestHost> StartAsync(Steps log, Action<IServiceCollection>? services = null, Action<MicroServiceOptions>? configure = null) =>
        TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(log).AddSingleton<Counter>().AddScoped<Resource>();
            services?.Invoke(builder.Services);
            builder.Services.AddMicro(options =>
            {
                options.Name("orders");
                configure?.Invoke(options);
            }).Handle<Handler>();
        });

    public sealed record Lines(IEnumerable<string> Values);

    internal sealed class Counter
    {
        private int _value;

        public int Next() => Interlocked.Increment(ref _value);
    }

    internal sealed class Resource : IAsyncDisposable
    {
        private readonly Steps _log;
        private bool _isDisposed;

        public Resource(Steps log, Counter counter)
        {
            _log = log;
            Number = counter.Next();
            log.Add($"open {Number}");
        }

        public int Number { get; }

        public string Read()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return $"line of {Number}";
        }

        public ValueTask DisposeAsync()
        {
            _isDisposed = true;
            _log.Add($"close {Number}");
            return default;
        }
    }

    internal sealed class Handler(Resource resource, Steps log)
    {
        public async Task<string> Hello(string name)
        {
            await Task.Yield();
            log.Add($"hello {resource.Number}");
            return $"Hello {name} from {resource.Number}";
        }

        public string Fail(string name) => throw MicroException.BadRequest("orders", $"{name} refused by {resource.Number}");

        public Lines Lazy(string name) => new(Enumerable.Range(0, 1).Select(_ => resource.Read()));

        public async IAsyncEnumerable<string> Echo(IAsyncEnumerable<string> words)
        {
            await foreach (var word in words)
            {
                yield return $"{word} from {resource.Number}";
            }
        }
    }

    private sealed class Reader(Steps log) : IHandlerInterceptor
    {
        public ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next)
        {
            log.Add($"intercepted {context.Services.GetRequiredService<Resource>().Number}");
            return next(context);
        }
    }
}
