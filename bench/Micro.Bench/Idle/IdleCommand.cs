using System.CommandLine;

namespace Micro.Bench.Idle;

/// <summary><c>idle</c>: the memory of an idle connection in the server.</summary>
internal static class IdleCommand
{
    private const int MostConnections = 1_000_000;

    public static Command Create()
    {
        var connections = new Option<int>("--connections") { Description = $"how many, 1 to {MostConnections}", DefaultValueFactory = static _ => 10_000 };
        var seconds = new Option<double>("--seconds") { Description = "idle time before memory is read, in seconds, 0 to 60", DefaultValueFactory = static _ => 3 };
        connections.Validators.Add(result => Require(result.GetValueOrDefault<int>() is >= 1 and <= MostConnections, result, $"1 to {MostConnections}"));
        seconds.Validators.Add(result => Require(result.GetValueOrDefault<double>() is >= 0 and <= 60, result, "0 to 60"));
        var command = new Command("idle", "memory of the server per idle connection");
        command.Options.Add(connections);
        command.Options.Add(seconds);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new IdleRun(parsed.GetValue(connections), TimeSpan.FromSeconds(parsed.GetValue(seconds)), Console.Error.WriteLine);
            Console.WriteLine(await run.RunAsync(cancellationToken));
            return 0;
        });
        return command;

        static void Require(bool holds, System.CommandLine.Parsing.OptionResult result, string right)
        {
            if (!holds)
            {
                result.AddError($"{result.Option.Name} must be {right}");
            }
        }
    }
}
