using System.CommandLine;

namespace Micro.Bench.Starting;

/// <summary><c>start</c>: from the start of the greeter's process to the first call it serves.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "number of starts, 1 to 1000", DefaultValueFactory = static _ => 11 };
        var program = new Option<string?>("--program") { Description = "the greeter to start (default: published first, framework-dependent and ReadyToRun)" };
        var registry = new Option<string>("--registry") { Description = "the registry of the greeter", DefaultValueFactory = static _ => "memory" };
        var address = new Option<string?>("--registry_address") { Description = "address of that registry (default: its own)" };
        runs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--runs must be 1 to 1000");
            }
        });
        var command = new Command("start", "time from process start to the first served call, and resident memory");
        command.Options.Add(runs);
        command.Options.Add(program);
        command.Options.Add(registry);
        command.Options.Add(address);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var greeter = parsed.GetValue(program) is { } path
                ? PublishedGreeter.At(path)
                : await PublishedGreeter.PublishAsync(Console.Error.WriteLine, cancellationToken);
            string[] arguments = parsed.GetValue(address) is { } server
                ? [$"--registry={parsed.GetValue(registry)}", $"--registry_address={server}"]
                : [$"--registry={parsed.GetValue(registry)}"];
            Console.WriteLine(await new StartRun(greeter.Program, arguments, parsed.GetValue(runs), Console.Error.WriteLine).RunAsync(cancellationToken));
            return 0;
        });
        return command;
    }
}
