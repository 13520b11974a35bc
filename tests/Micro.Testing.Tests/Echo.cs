using System.Runtime.CompilerServices;
using Micro.Server;

namespace Micro.Testing.Tests;

public sealed record EchoRequest
{
    public string Text { get; init; } = "";
}

public sealed record EchoResponse
{
    public string Text { get; init; } = "";

    public string From { get; init; } = "";
}

/// <summary>The service under test.</summary>
public sealed class Echo(string from = "echo")
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public EchoResponse Say(EchoRequest request)
    {
        Interlocked.Increment(ref _calls);
        return new EchoResponse { Text = request.Text, From = from };
    }

    public async IAsyncEnumerable<EchoResponse> Repeat(EchoRequest request, HandlerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            yield return new EchoResponse { Text = $"{request.Text} {i}", From = from };
        }
    }

    public EchoResponse Fail(EchoRequest request) => throw new MicroException(409, "echo", request.Text);
}

/// <summary>A handler that is created for each call.</summary>
public sealed class Application
{
    public EchoResponse Say(EchoRequest request) => new() { Text = request.Text, From = nameof(Application) };
}
