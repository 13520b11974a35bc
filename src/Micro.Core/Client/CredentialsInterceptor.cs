namespace Micro.Client;

/// <summary>Adds the client's token to calls without a token.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="mayTravel"><see langword="true"/> when connections use TLS, or the options allow tokens without TLS.</param>
internal sealed class CredentialsInterceptor(TokenSource tokens, bool mayTravel) : IClientInterceptor
{
    public async ValueTask InvokeAsync(ClientContext context, Func<ClientContext, ValueTask> next)
    {
        if (context.HasClientToken || !context.Metadata.TryGetValue(CallMetadata.Authorization, out _))
        {
            if (!mayTravel)
            {
                throw new MicroException(
                    400,
                    "go.micro.client",
                    $"{context.Service} {context.Endpoint} was not called: its token would be sent without TLS. Enable TLS (--client_tls_ca=ca.crt, or --client_tls=true), or set AllowWithoutTls in Credentials",
                    ErrorKind.InvalidRequest);
            }

            context.Metadata[CallMetadata.Authorization] = await tokens.GetHeaderAsync(context.CancellationToken).ConfigureAwait(false);
            context.HasClientToken = true;
        }

        await next(context).ConfigureAwait(false);
    }
}
