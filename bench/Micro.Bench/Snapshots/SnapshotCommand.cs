using System.CommandLine;

namespace Micro.Bench.Snapshots;

/// <summary><c>snapshot</c>: one node after the other changes in a large service while calls are picked.</summary>
internal static class SnapshotCommand
{
    private const int MostNodes = 1_000_000;

    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = $"nodes of the service, 1 to {MostNodes}", DefaultValueFactory = static _ => 100_000 };
        var changes = new Option<int>("--changes") { Description = "number of changes, 10 to 100000", DefaultValueFactory = static _ => 500 };
        var rate = new Option<int>("--rate") { Description = "changes per second, 1 to 1000", DefaultValueFactory = static _ => 100 };
        Require(nodes, 1, MostNodes);
        Require(changes, 10, 100_000);
        Require(rate, 1, 1000);
        var command = new Command("snapshot", "time to apply one node's change, and its effect on picks");
        command.Options.Add(nodes);
        command.Options.Add(changes);
        command.Options.Add(rate);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new SnapshotRun(parsed.GetValue(nodes), parsed.GetValue(changes), parsed.GetValue(rate), Console.Error.WriteLine);
            Console.WriteLine(await run.RunAsync(cancellationToken));
            return 0;
        });
        return command;
    }

    private static void Require(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
        {
            result.AddError($"{option.Name} must be {least} to {most}");
        }
    });
}
