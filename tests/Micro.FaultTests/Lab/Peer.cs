namespace Micro.FaultTests.Lab;

/// <summary>A process of tests/Micro.FaultPeer. It ends with this test, whatever becomes of it.</summary>
internal class Peer : ChildProcess
{
    private static readonly Dictionary<string, string> Nothing = [];
    private readonly SemaphoreSlim _gate = new(1);

    public Peer(NetworkSpace? space, IReadOnlyDictionary<string, string>? environment, string role, params string[] arguments)
        : base(space, environment ?? Nothing, answers: true, ["dotnet", Path.Combine(AppContext.BaseDirectory, "Micro.FaultPeer.dll"), role, .. arguments]) =>
        Role = role;

    public string Role { get; }

    /// <summary>Gives it a command and returns its answer.</summary>
    public async Task<string> AskAsync(string command, int seconds = 60)
    {
        await _gate.WaitAsync();
        try
        {
            await Input.WriteLineAsync(command);
            await Input.FlushAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));

            // What a host prints by itself is passed over.
            while (await Output.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith('='))
                {
                    return line[1..].Trim();
                }

                if (line.StartsWith('!'))
                {
                    throw new InvalidOperationException($"{command}: {line[1..]}");
                }
            }

            throw new InvalidOperationException($"{Role} ended instead of answering '{command}': {string.Join('\n', Errors.TakeLast(20))}");
        }
        finally
        {
            _gate.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _gate.Dispose();
    }
}
