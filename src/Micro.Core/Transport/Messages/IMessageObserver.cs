namespace Micro.Transport.Messages;

/// <summary>Observes the messages that a <see cref="MessageReader"/> reads.</summary>
internal interface IMessageObserver
{
    /// <summary>Gets whether to stop when the wait between messages was cancelled from outside.</summary>
    bool IsClosing { get; }

    /// <summary>Called when a head has arrived in part, or the reading of a body begins: the time limit starts.</summary>
    void OnMessageStarted();

    /// <summary>More bytes of a message have arrived.</summary>
    /// <param name="received">Bytes of the message so far.</param>
    void OnMessageProgressed(long received);
}
