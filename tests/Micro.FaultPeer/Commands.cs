namespace Micro.FaultPeer;

/// <summary>
/// Obeys the test that started this process: one command a line on standard input, one answer a line on standard output. A line
/// <c>= answer</c> says that it was done, <c>! text</c> that it was not. The end of standard input ends the process, so that
/// none outlives its test.
/// </summary>
internal sealed class Commands
{
    private readonly Dictionary<string, Func<string[], Task<string>>> _commands = new(StringComparer.Ordinal);

    public Commands On(string name, Func<string[], Task<string>> command)
    {
        _commands.Add(name, command);
        return this;
    }

    public Commands On(string name, Func<string[], string> command) => On(name, arguments => Task.FromResult(command(arguments)));

    /// <summary>Reads commands until standard input ends.</summary>
    public async Task RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            await Console.Out.WriteLineAsync(await AnswerAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            await Console.Out.FlushAsync();
        }
    }

    private async Task<string> AnswerAsync(string[] words)
    {
        if (words.Length == 0 || !_commands.TryGetValue(words[0], out var command))
        {
            return "! unknown command";
        }

        try
        {
            return "= " + await command(words[1..]);
        }
        catch (Exception exception)
        {
            return "! " + exception.ToString().ReplaceLineEndings(" | ");
        }
    }
}
