using System.Net;
using System.Text.Json;
using Grpc.Core;
using Micro.Client;
using Micro.Testing;
using Micro.Tests.Hosting.Generic;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro.Tests.Hosting.Web;

/// <summary>Errors of calls as a web application answers them.</summary>
public sealed class ProblemDetailsTests : IAsyncLifetime
{
    private readonly CapturingLoggerFactory _logs = new();
    private readonly HttpClient _http = new();
    private Exception _error = new InvalidOperationException("not set");
    private WebApplication _application = null!;

    [Theory]
    [InlineData(400, ErrorKind.Application, 400)]
    [InlineData(401, ErrorKind.Application, 401)]
    [InlineData(404, ErrorKind.Application, 404)]
    [InlineData(408, ErrorKind.Application, 504)]
    [InlineData(409, ErrorKind.Application, 409)]
    [InlineData(501, ErrorKind.Application, 501)]
    [InlineData(500, ErrorKind.Application, 502)]
    [InlineData(0, ErrorKind.Application, 502)]
    [InlineData(700, ErrorKind.Application, 502)]
    public async Task Request_ServiceAnswersAnError_KeepsDetailIdAndCode(int code, ErrorKind kind, int status)
    {
        var (answer, problem) = await AskAsync(new MicroException(code, "orders.get", "order 7 is closed", kind));

        ((int)answer.StatusCode).Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("detail").GetString().Should().Be("order 7 is closed");
        problem.GetProperty("id").GetString().Should().Be("orders.get");
        problem.GetProperty("code").GetInt32().Should().Be(code);
        answer.Headers.RetryAfter.Should().BeNull();
    }

    [Theory]
    [InlineData(503, ErrorKind.Unavailable, 503)]
    [InlineData(503, ErrorKind.Connect, 503)]
    [InlineData(503, ErrorKind.NotSent, 503)]
    [InlineData(503, ErrorKind.NoNode, 503)]
    [InlineData(404, ErrorKind.NotFound, 503)]
    [InlineData(500, ErrorKind.Registry, 503)]
    [InlineData(408, ErrorKind.Timeout, 504)]
    [InlineData(500, ErrorKind.Broken, 502)]
    [InlineData(500, ErrorKind.Protocol, 502)]
    [InlineData(500, ErrorKind.Denied, 502)]
    [InlineData(400, ErrorKind.InvalidRequest, 500)]
    public async Task Request_CallFailsOnTheWay_HidesAddresses(int code, ErrorKind kind, int status)
    {
        var (answer, problem) = await AskAsync(new MicroException(code, "go.micro.client", "node at 10.0.0.7:8080 is silent", kind));

        ((int)answer.StatusCode).Should().Be(status);
        problem.GetProperty("detail").GetString().Should().NotContain("10.0.0.7");
        answer.Headers.RetryAfter?.Delta.Should().Be(TimeSpan.FromSeconds(1));
        (answer.Headers.RetryAfter is not null).Should().Be(status == 503);
    }

    [Theory]
    [InlineData(2500, "3")]
    [InlineData(0, "1")]
    [InlineData(-1, null)]
    public async Task Request_ServiceAsksToWait_PassesItOn(int milliseconds, string? retryAfter)
    {
        var (answer, _) = await AskAsync(new MicroException(503, "orders", "busy", ErrorKind.Unavailable) { RetryPushback = TimeSpan.FromMilliseconds(milliseconds) });

        answer.Headers.RetryAfter?.ToString().Should().Be(retryAfter);
        (answer.Headers.RetryAfter is null).Should().Be(retryAfter is null);
    }

    [Fact]
    public async Task Request_ErrorInsideHttpClientOrAStub_IsFound()
    {
        var inner = MicroException.Conflict("orders.get", "closed");

        (await AskAsync(new HttpRequestException("wrapped", inner))).Answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await AskAsync(new RpcException(new Status(StatusCode.Aborted, "{}", inner)))).Problem.GetProperty("detail").GetString().Should().Be("closed");
    }

    [Fact]
    public async Task Request_OtherErrors_StayThoseOfAspNetCore()
    {
        var (answer, problem) = await AskAsync(new InvalidOperationException("canary"));

        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        problem.ToString().Should().NotContain("canary");
        Errors().Should().Be(1);
    }

    [Fact]
    public async Task Request_FailureOfAService_IsLoggedAndAnswerIsNot()
    {
        await AskAsync(MicroException.NotFound("orders.get", "no order 7"));
        Errors().Should().Be(0);

        await AskAsync(MicroException.InternalServerError("orders.get", "broken"));
        Errors().Should().Be(1);
    }

    [Fact]
    public async Task Request_HandlerThrowsConflict_TheWebAnswersConflict()
    {
        using var answer = await _http.GetAsync("/call");

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("\"detail\":\"order 7 is closed\"").And.Contain("\"id\":\"orders.get\"");
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<ILoggerFactory>(_logs);
        builder.Services.ConfigureAll<MicroServiceOptions>(options => TestHost.Isolate(options));
        builder.Services.AddMicro(options => options.Name("orders"))
            .Handle<int, string>("Orders.Get", (id, _) => Task.FromException<string>(MicroException.Conflict("orders.get", $"order {id} is closed")));
        builder.Services.AddMicroProblemDetails();
        _application = builder.Build();
        _application.UseExceptionHandler();
        _application.MapGet("/", string () => throw _error);
        _application.MapGet("/call", (IMicroClient client) => client.CallAsync<int, string>("orders", "Orders.Get", 7));
        await _application.StartAsync();
        _http.BaseAddress = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _application.DisposeAsync();
    }

    private int Errors() => _logs.Entries.Count(static entry => entry.Message.Contains("unhandled exception", StringComparison.OrdinalIgnoreCase));

    private async Task<(HttpResponseMessage Answer, JsonElement Problem)> AskAsync(Exception error)
    {
        _error = error;
        var answer = await _http.GetAsync("/");
        return (answer, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
