using Grpc.Core;

namespace Micro.Stubs.Calls;

/// <summary>The identity of the caller that handlers of generated stubs see under mutual TLS.</summary>
public sealed class AuthenticationTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("mucp", true)]
    [InlineData("mucp", false)]
    [InlineData("grpc", true)]
    [InlineData("grpc", false)]
    public async Task AuthContext_UnderTls_NamesTheCallersCertificate(string protocol, bool isMutual)
    {
        AuthContext? seen = null;
        await using var service = StubService.Create(configure: options => options.ServerOptions(server =>
        {
            server.Tls = new Transport.ServerTlsOptions { Certificate = _authority.Issue() };
            if (isMutual)
            {
                server.Tls.TrustedAuthorities.Add(_authority.Certificate);
            }
        }));
        service.Handle(new NumbersService { OnCall = context => seen = context.AuthContext });
        await service.StartAsync();
        await using var caller = StubService.Create("caller", options => options.Registry(service.Registry).ClientOptions(client =>
        {
            client.Protocol = protocol;
            client.Tls = new Transport.ClientTlsOptions { Certificate = isMutual ? _authority.Issue("billing") : null };
            client.Tls.TrustedAuthorities.Add(_authority.Certificate);
        }));

        await new Numbers.NumbersClient(caller.Client.AsCallInvoker(StubService.Name)).DoubleAsync(new Number());

        seen!.IsPeerAuthenticated.Should().Be(isMutual);
        seen.PeerIdentity.Select(property => property.Value).Should().Equal(isMutual ? ["billing"] : []);
        seen.FindPropertiesByName("x509_common_name").Select(property => property.Value).Should().Equal(isMutual ? ["billing"] : []);
    }
}
