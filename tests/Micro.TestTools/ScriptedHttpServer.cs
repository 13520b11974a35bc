using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Micro.TestTools;

/// <summary>A request as it arrived.</summary>
public sealed record ScriptedRequest(string Method, string Target, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>An answer of a script.</summary>
public sealed record ScriptedAnswer(int Status, string Body = "", IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>An HTTP server on loopback that answers by script and remembers what it was asked.</summary>
public sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();

    private ScriptedHttpServer(Func<ScriptedRequest, CancellationToken, Task<ScriptedAnswer>> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var feature = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!;
            var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            var request = new ScriptedRequest(feature.Method, feature.RawTarget, await reader.ReadToEndAsync(), headers);
            _requests.Enqueue(request);
            var answer = await script(request, context.RequestAborted);
            context.Response.StatusCode = answer.Status;
            foreach (var (name, value) in answer.Headers ?? new Dictionary<string, string>())
            {
                context.Response.Headers[name] = value;
            }

            await context.Response.WriteAsync(answer.Body);
        });
    }

    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary><c>host:port</c>.</summary>
    public string Address => new Uri(_application.Urls.First()).Authority;

    public static async Task<ScriptedHttpServer> StartAsync(Func<ScriptedRequest, CancellationToken, Task<ScriptedAnswer>> script)
    {
        var server = new ScriptedHttpServer(script);
        await server._application.StartAsync();
        return server;
    }

    public static Task<ScriptedHttpServer> StartAsync(Func<ScriptedRequest, ScriptedAnswer> script) =>
        StartAsync((request, _) => Task.FromResult(script(request)));

    /// <summary>For requests that are never answered.</summary>
    public static async Task<ScriptedAnswer> HoldAsync(CancellationToken aborted)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new ScriptedAnswer(503);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
