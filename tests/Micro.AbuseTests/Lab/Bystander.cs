using Micro.Client;

namespace Micro.AbuseTests.Lab;

/// <summary>An honest client beside an attack, from another address than the attacker's.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    private readonly MicroService _service;
    private readonly CallOptions _options;

    private Bystander(MicroService service, string address)
    {
        _service = service;
        _options = new CallOptions { Addresses = [address], Retries = 0, RequestTimeout = TimeSpan.FromSeconds(30), AttemptTimeout = TimeSpan.FromSeconds(30) };
    }

    /// <param name="address">Of the server.</param>
    /// <param name="protocol"><c>mucp</c> or <c>grpc</c>.</param>
    public static Bystander Create(string address, string protocol = "mucp") =>
        new(MicroService.Create(static options => options.Name("bystander").HandleSignals(false), ["--registry=memory", $"--client={protocol}"]), address);

    /// <summary>Calls the endpoint with a text of that length.</summary>
    public async Task<long> CallAsync(string endpoint = "Faults.Ask", int length = 10) =>
        (await _service.Client.CallAsync<Ask, Answer>("faults", endpoint, new Ask { Text = new string('x', length) }, _options)).Number;

    /// <summary>Calls <c>Faults.Ask</c> repeatedly and returns the failures.</summary>
    public async Task<List<Exception>> CallManyAsync(int count)
    {
        var failures = new List<Exception>();
        for (var call = 0; call < count; call++)
        {
            try
            {
                await CallAsync();
            }
            catch (MicroException exception)
            {
                failures.Add(exception);
            }
        }

        return failures;
    }

    /// <summary>Opens a stream, sends one message and checks the echo.</summary>
    public async Task<bool> StreamAsync()
    {
        await using var stream = await _service.Client.OpenStreamAsync<Ask, Answer>("faults", "Faults.Echo", _options);
        await stream.SendAsync(new Ask { Text = "hello" });
        await foreach (var answer in stream.ReadAllAsync())
        {
            return answer.Number == 0;
        }

        return false;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    internal sealed class Ask
    {
        public string Text { get; set; } = "";
    }

    internal sealed class Answer
    {
        public long Number { get; set; }
    }
}
