using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Client;

/// <summary>Calls and streams with telemetry: a span and a measurement around each.</summary>
internal sealed partial class RpcClient
{
    private async Task<TResponse> ObserveAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions call,
        ContentFormat format,
        CancellationToken cancellationToken)
    {
        var observed = _telemetry.Begin(service, endpoint);
        try
        {
            call = call with { Metadata = observed.Inject(call.Metadata), Observed = observed };
            var response = await CallAsync<TRequest, TResponse>(service, endpoint, request, call, format, cancellationToken).ConfigureAwait(false);
            observed.End(null);
            return response;
        }
        catch (Exception exception)
        {
            observed.End(exception);
            throw;
        }
    }

    private async Task<IClientStream<TRequest, TResponse>> ObserveStreamAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions call,
        CancellationToken cancellationToken)
    {
        Check(service, endpoint);
        var observed = _telemetry.Begin(service, endpoint);
        try
        {
            call = call with { Metadata = observed.Inject(call.Metadata), Observed = observed };
            var stream = await OpenAsync<TRequest, TResponse>(service, endpoint, call, cancellationToken).ConfigureAwait(false);
            return new ObservedStream<TRequest, TResponse>(stream, observed);
        }
        catch (Exception exception)
        {
            observed.End(exception);
            throw;
        }
    }
}
