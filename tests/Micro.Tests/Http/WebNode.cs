using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Micro.Tests.Http;

/// <summary>A web server on loopback that knows nothing of ours, and its record.</summary>
internal sealed class WebNode : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _requests;

    private WebNode(RequestDelegate handler, Action<ListenOptions> listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen));
        _application = builder.Build();
        _application.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            return handler(context);
        });
    }

    public int Requests => Volatile.Read(ref _requests);

    public string Address => new Uri(_application.Urls.First()).Authority;

    public Node Node => new() { Id = "web-" + Address, Address = Address };

    public static async Task<WebNode> StartAsync(RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var node = new WebNode(handler, listen => listen.Protocols = protocols);
        await node._application.StartAsync();
        return node;
    }

    /// <summary>Answers with a text.</summary>
    public static Task<WebNode> StartAsync(string text) => StartAsync(context => context.Response.WriteAsync(text));

    /// <summary>Serves TLS; asks for the certificate of the name that a client wants to see.</summary>
    public static async Task<WebNode> StartTlsAsync(RequestDelegate handler, Func<string?, X509Certificate2> certificate)
    {
        var node = new WebNode(handler, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, name) => certificate(name)));
        await node._application.StartAsync();
        return node;
    }

    /// <summary>A node at an address where nobody listens.</summary>
    public static Node Gone(string id = "gone")
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Node { Id = id, Address = listener.LocalEndpoint.ToString()! };
    }

    public static X509Certificate2 CertificateFor(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
