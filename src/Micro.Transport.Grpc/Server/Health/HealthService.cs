using Micro.Server;
using Micro.Server.Handlers;
using Micro.Transport.Grpc.Server.Api;
using Status = Micro.Transport.Grpc.Server.Api.HealthCheckResponse.Types.ServingStatus;

namespace Micro.Transport.Grpc.Server.Health;

/// <summary>
/// <c>grpc.health.v1.Health</c>: the state of <c>/health/ready</c>, for the server as a whole (empty name) and for each of its
/// services. No interceptor runs around it: probes have no credentials.
/// </summary>
internal sealed class HealthService(ProtocolHost host, IReadOnlySet<string> services)
{
    private Status Now => host.Health.Report().IsReady ? Status.Serving : Status.NotServing;

    public IEnumerable<KeyValuePair<string, EndpointInvoker>> Endpoints()
    {
        const string Path = "/grpc.health.v1.Health/";
        yield return new(Path + "Check", EndpointInvokers.Unary<HealthCheckRequest, HealthCheckResponse>("Health.Check", (request, _) => Check(request), null, [], isInternal: true));
        yield return new(Path + "List", EndpointInvokers.Unary<HealthListRequest, HealthListResponse>("Health.List", (_, _) => List(), null, [], isInternal: true));
        yield return new(Path + "Watch", EndpointInvokers.Stream<HealthCheckRequest, HealthCheckResponse>("Health.Watch", WatchAsync, null, [], isInternal: true));
    }

    private ValueTask<HealthCheckResponse> Check(HealthCheckRequest request) =>
        services.Contains(request.Service)
            ? ValueTask.FromResult(new HealthCheckResponse { Status = Now })
            : throw new CallRefusal(StatusCode.NotFound, "unknown service");

    private ValueTask<HealthListResponse> List()
    {
        var response = new HealthListResponse();
        foreach (var service in services)
        {
            response.Statuses.Add(service, new HealthCheckResponse { Status = Now });
        }

        return ValueTask.FromResult(response);
    }

    private async Task WatchAsync(IServerStream<HealthCheckRequest, HealthCheckResponse> stream, HandlerContext context)
    {
        var service = await ReadServiceAsync(stream, context.CancellationToken).ConfigureAwait(false);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.Closing);
        for (var told = Status.Unknown; ;)
        {
            var changed = host.Health.Changed;
            var isClosing = host.Closing.IsCancellationRequested;
            var status = services.Contains(service) ? Now : Status.ServiceUnknown;
            if (status != told)
            {
                await stream.WriteAsync(new HealthCheckResponse { Status = told = status }, context.CancellationToken).ConfigureAwait(false);
            }

            if (isClosing)
            {
                throw MicroException.Unavailable(host.ServiceName, "server is stopping");
            }

            await changed.WaitAsync(linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task<string> ReadServiceAsync(IServerStream<HealthCheckRequest, HealthCheckResponse> stream, CancellationToken cancellationToken)
    {
        await foreach (var request in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            return request.Service;
        }

        throw new CallRefusal(StatusCode.Unimplemented, "Watch takes exactly one message");
    }
}
